using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// The images of a folder, a glob (<c>*</c> and <c>?</c> in the last part of the path) or one image, in natural order of
/// their names. They carry no time: frame i is stamped <see cref="FrameSource.RecordingEpoch"/> + i / fps (option <c>fps</c>, 30 if not given).
/// The decoder makes a matrix header of a few hundred managed bytes per image; pixels are not copied on the managed heap.
/// </summary>
internal sealed class ImageSequenceSource : FrameSource
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"];

    private readonly string path;
    private string[] files = [];
    private int next;

    /// <summary>A folder, glob or image that is listed when it is opened.</summary>
    public ImageSequenceSource(SourceUri uri)
        : base((uri ?? throw new ArgumentNullException(nameof(uri))).Name, false)
    {
        path = uri.Place;
        FramesPerSecond = uri.Number("fps", 30, 0.001, 1000);
    }

    /// <summary>True if the file name ends like an image's.</summary>
    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>True if the last part of the path is a pattern.</summary>
    public static bool IsGlob(string path) => Path.GetFileName(path).AsSpan().ContainsAny('*', '?');

    /// <inheritdoc/>
    public override void Open()
    {
        try
        {
            files = List();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{Name}' cannot be listed: {error.Message}", error);
        }

        if (files.Length == 0)
        {
            throw new UserErrorException(
                ExitCode.NoSource, $"'{Name}' holds no image ({string.Join(' ', Extensions)}); check the path or the pattern.");
        }

        Array.Sort(files, NaturalOrder.Instance);
        DeclaredFrames = files.Length;
        next = 0;
    }

    /// <inheritdoc/>
    public override GrabOutcome Grab()
    {
        if (next >= files.Length)
        {
            return GrabOutcome.End;
        }

        Stamp = RecordingEpoch + (long)Math.Round(next * 1e9 / FramesPerSecond);
        next++;
        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public override bool Retrieve(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using Mat decoded = Cv2.ImRead(files[next - 1]);
        if (decoded.Empty())
        {
            return false;
        }

        decoded.CopyTo(image);
        return true;
    }

    /// <inheritdoc/>
    public override void Close() => files = [];

    private string[] List()
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (Directory.Exists(path))
        {
            return [.. Directory.EnumerateFiles(path).Where(IsImage)];
        }

        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, Path.GetFileName(path)).Where(IsImage)] : [];
    }
}
