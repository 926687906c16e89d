using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>Frames of video files.</summary>
internal static class Film
{
    /// <summary>How many frames a file says it has.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that named it, for messages.</param>
    /// <exception cref="UserErrorException">It is no film.</exception>
    public static int Count(string path, string option)
    {
        using var film = Open(path, option);
        return film.FrameCount;
    }

    /// <summary>The first frame and every <paramref name="stride"/>-th after it, blue first; each is valid until the next is asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stride">Frames from one to the next.</param>
    /// <param name="option">The option that named it, for messages.</param>
    /// <exception cref="UserErrorException">It is no film.</exception>
    public static IEnumerable<Mat> Frames(string path, int stride, string option)
    {
        using var film = Open(path, option);
        using var frame = new Mat();
        for (var i = 0; film.Grab(); i++)
        {
            if (i % stride == 0 && film.Retrieve(frame))
            {
                yield return frame;
            }
        }
    }

    private static VideoCapture Open(string path, string option)
    {
        var film = new VideoCapture(path);
        if (film.IsOpened() && film.FrameCount > 0)
        {
            return film;
        }

        film.Dispose();
        throw new UserErrorException(ExitCode.NoSource, $"{option} '{path}' is no film that OpenCV reads, and no folder.");
    }
}
