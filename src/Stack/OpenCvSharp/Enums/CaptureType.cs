namespace OpenCvSharp;

/// <summary>What a VideoCapture was opened on.</summary>
public enum CaptureType
{
    File = 0,
    Camera = 1,
    NotSpecified = 2,
}
