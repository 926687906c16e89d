namespace OpenCvSharp;

/// <summary>Sub-pixel position; x right, y down.</summary>
public record struct Point2f(float X, float Y)
{
    public float X = X;
    public float Y = Y;
}
