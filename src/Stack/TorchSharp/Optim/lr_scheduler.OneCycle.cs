namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Up to max_lr and down far below the start, over a fixed number of iterations (Smith and Topin 2017).</summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly AnnealStrategy _strategy;
                    private readonly bool _cycleMomentum;
                    private readonly int _total;
                    private readonly (double End, double FromRate, double ToRate, double FromMomentum, double ToMomentum)[] _phases;

                    public OneCycleLR(Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 10000, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _total = total_steps > 0 ? total_steps
                            : epochs > 0 && steps_per_epoch > 0 ? epochs * steps_per_epoch
                            : throw new ArgumentException("Either total_steps, or epochs and steps_per_epoch, must be given.");
                        if (pct_start is < 0 or > 1)
                        {
                            throw new ArgumentException($"pct_start must be between 0 and 1, it is {pct_start}.", nameof(pct_start));
                        }
                        if (cycle_momentum && !Array.TrueForAll(Groups, group => group is IMomentum or IBetas))
                        {
                            throw new ArgumentException("The optimizer has neither momentum nor betas: pass cycle_momentum: false.", nameof(cycle_momentum));
                        }
                        _strategy = anneal_strategy;
                        _cycleMomentum = cycle_momentum;
                        double start = max_lr / div_factor;
                        double least = start / final_div_factor;
                        double rise = (pct_start * _total) - 1;
                        _phases = three_phase
                            ?
                            [
                                (rise, start, max_lr, max_momentum, base_momentum),
                                ((2 * pct_start * _total) - 2, max_lr, start, base_momentum, max_momentum),
                                (_total - 1, start, least, max_momentum, max_momentum),
                            ]
                            : [(rise, start, max_lr, max_momentum, base_momentum), (_total - 1, max_lr, least, base_momentum, max_momentum)];
                        step();
                    }

                    public enum AnnealStrategy
                    {
                        Cos = 0, Linear = 1,
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (Epoch > _total)
                        {
                            throw new InvalidOperationException($"Tried to step {Epoch} times; the specified number of total steps is {_total}.");
                        }
                        double start = 0;
                        int index = 0;
                        while (index < _phases.Length - 1 && Epoch > _phases[index].End)
                        {
                            start = _phases[index++].End;
                        }
                        var phase = _phases[index];
                        double part = phase.End > start ? (Epoch - start) / (phase.End - start) : 1;
                        if (_cycleMomentum)
                        {
                            SetMomentum(Anneal(phase.FromMomentum, phase.ToMomentum, part));
                        }
                        double rate = Anneal(phase.FromRate, phase.ToRate, part);
                        return Array.ConvertAll(Groups, _ => rate);
                    }

                    private double Anneal(double from, double to, double part) => _strategy == AnnealStrategy.Cos
                        ? to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * part)))
                        : from + ((to - from) * part);

                    private void SetMomentum(double value)
                    {
                        foreach (ILearningRateController group in Groups)
                        {
                            switch (group)
                            {
                                case IMomentum holder:
                                    holder.Momentum = value;
                                    break;
                                case IBetas holder:
                                    holder.Betas = (value, holder.Betas.Item2);
                                    break;
                            }
                        }
                    }
                }
            }
        }
    }
}
