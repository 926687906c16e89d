namespace RoboPerception.Inference;

/// <summary>A copy to or from the GPU failed: like a failed run, a reason to go on with the next execution provider.</summary>
internal sealed class GpuCopyException : Exception
{
    /// <summary>A failure with the driver's words.</summary>
    public GpuCopyException(string message)
        : base(message)
    {
    }
}
