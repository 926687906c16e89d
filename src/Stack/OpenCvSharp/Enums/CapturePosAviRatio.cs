namespace OpenCvSharp;

/// <summary>Position in a recording, as an end of it.</summary>
public enum CapturePosAviRatio
{
    Start = 0,
    End = 1,
}
