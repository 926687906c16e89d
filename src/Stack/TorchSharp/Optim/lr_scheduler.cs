namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Learning rates over epochs (or iterations: whatever step() counts).</summary>
        public static partial class lr_scheduler
        {
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiStepLR(optimizer, milestones, gamma, last_epoch, verbose);

            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.ExponentialLR(optimizer, gamma, last_epoch, verbose);

            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);

            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            public static LRScheduler PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false) =>
                new impl.PolynomialLR(optimizer, total_iters, power, last_epoch, verbose);

            public static LRScheduler LinearLR(Optimizer optimizer, double start_factor = 0.3333333333333333, double end_factor = 1, int total_iters = 5, int last_epoch = -1, bool verbose = false) =>
                new impl.LinearLR(optimizer, start_factor, end_factor, total_iters, last_epoch, verbose);

            public static LRScheduler OneCycleLR(Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 10000, bool three_phase = false, int last_epoch = -1, bool verbose = false) =>
                new impl.OneCycleLR(optimizer, max_lr, total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, base_momentum, max_momentum, div_factor, final_div_factor, three_phase, last_epoch, verbose);

            /// <summary>Sets the learning rate of every parameter group; step() goes to the next epoch.</summary>
            public abstract class LRScheduler
            {
                private readonly bool _verbose;

                internal LRScheduler(Optimizer optimizer, int last_epoch, bool verbose)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    Optimizer = optimizer;
                    _verbose = verbose;
                    Epoch = last_epoch;
                    Groups = optimizer._parameter_groups.ToArray();
                    if (last_epoch == -1)
                    {
                        foreach (ILearningRateController group in Groups)
                        {
                            group.InitialLearningRate = group.LearningRate;
                        }
                    }
                    Base = Array.ConvertAll(Groups, group => group.InitialLearningRate);
                }

                internal Optimizer Optimizer { get; }

                internal ILearningRateController[] Groups { get; }

                internal double[] Base { get; }

                // Epochs done; 0 after construction.
                internal int Epoch { get; private set; }

                public virtual void step() => step(null);

                /// <summary>Jumps to an epoch, or to the next one.</summary>
                public virtual void step(int? epoch)
                {
                    Epoch = epoch ?? Epoch + 1;
                    int index = 0;
                    foreach (double rate in (epoch is null ? get_lr() : get_closed_form_lr()).ToArray())
                    {
                        Groups[index++].LearningRate = rate;
                    }
                    if (_verbose)
                    {
                        Console.WriteLine($"Adjusting learning rate to {string.Join(", ", get_last_lr())}");
                    }
                }

                public virtual void step(double current, int? epoch = null) =>
                    throw new InvalidOperationException($"{GetType().Name} does not watch a metric.");

                protected abstract IEnumerable<double> get_lr();

                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                public IEnumerable<double> get_last_lr() => Array.ConvertAll(Groups, group => group.LearningRate);

                // A schedule that multiplies the current rate, so that several can be chained.
                internal double[] Scaled(double factor) => Array.ConvertAll(Groups, group => group.LearningRate * factor);

                internal double[] FromBase(Func<double, double> rate) => Array.ConvertAll(Base, value => rate(value));
            }
        }
    }
}
