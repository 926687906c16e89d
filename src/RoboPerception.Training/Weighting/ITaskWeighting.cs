using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>Turns the losses of the tasks into the gradient that the optimiser follows.</summary>
internal interface ITaskWeighting
{
    /// <summary>Factor of every task at the last step, for people to look at; of the shared parameters where they have their own.</summary>
    IReadOnlyList<double> Weights { get; }

    /// <summary>
    /// Fills the gradients of all parameters from the losses of one step and releases their graph. Called once a step, after the
    /// gradients were cleared.
    /// </summary>
    /// <param name="losses">Unweighted losses, scalar tensors, one per task.</param>
    /// <param name="stepsDone">Steps done before this one in the whole run: schemes that draw random numbers draw them from it, so that a resumed run repeats.</param>
    void Backward(IReadOnlyList<Tensor> losses, long stepsDone);

    /// <summary>Whether <see cref="Backward"/> puts tensors of its own in the place of the gradients, rather than adding to those that are there.</summary>
    bool ReplacesGradients => false;

    /// <summary>Told after the optimiser has moved. Only schemes that look at the effect of a step ask for the losses of the same batch again.</summary>
    void AfterStep(Func<IReadOnlyList<double>> lossesNow)
    {
    }

    /// <summary>Told the mean unweighted loss of every task after each epoch, and again for every past epoch when a run is resumed.</summary>
    void EndEpoch(IReadOnlyList<double> meanLosses)
    {
    }

    /// <summary>Everything that steps change and a resumed run needs; empty if there is nothing.</summary>
    IReadOnlyList<double> State
    {
        get => [];
        set { }
    }
}

/// <summary>A scheme that looks at how well each task is done, not only at its loss.</summary>
internal interface IIndicatorWeighting : ITaskWeighting
{
    /// <summary>Told before <see cref="ITaskWeighting.Backward"/> how well each task is done on the batch, 0..1 (see <see cref="TaskIndicators"/>).</summary>
    void Observe(IReadOnlyList<double> indicators);
}
