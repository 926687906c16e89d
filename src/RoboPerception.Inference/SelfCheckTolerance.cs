namespace RoboPerception.Inference;

/// <summary>
/// How far a GPU may be from the float32 CPU prediction on the golden input. Half precision stays well inside; a wrong engine (another
/// model's, a broken kernel) is far outside.
/// </summary>
internal sealed record SelfCheckTolerance
{
    /// <summary>Share of pixels whose class may differ: near ties of two classes flip with the last bits.</summary>
    public double SegmentationDisagreement { get; init; } = 0.02;

    /// <summary>Mean relative error of depth.</summary>
    public double DepthRelativeError { get; init; } = 0.02;

    /// <summary>Mean angle between the normals in degrees.</summary>
    public double NormalsDegrees { get; init; } = 2;
}
