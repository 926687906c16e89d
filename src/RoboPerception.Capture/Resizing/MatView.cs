using OpenCvSharp;

namespace RoboPerception.Capture;

/// <summary>
/// A matrix with the wrapper that OpenCvSharp's functions read it by. Passing the matrix itself would make a wrapper per call, with native
/// memory that waits for its finaliser. (The wrapper for a result cannot be kept: every function disposes it. It is some 100 managed bytes
/// a call, the only ones a frame costs.)
/// </summary>
internal sealed class MatView(Mat image) : IDisposable
{
    /// <summary>The matrix.</summary>
    public Mat Image { get; } = image;

    /// <summary>The same for reading, also when the matrix has got other memory meanwhile.</summary>
    public InputArray Input { get; } = InputArray.Create(image);

    public void Dispose()
    {
        Input.Dispose();
        Image.Dispose();
    }
}
