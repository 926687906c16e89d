using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// Photographs without ground truth, from a film or a folder: every pixel of every map is invalid, so that no loss against ground truth counts
/// them and what a network learns from them are its teachers' predictions. They are decoded once and held as colours alone (0.3 MB each at 288x384).
/// </summary>
internal sealed class UnlabelledImages : ImageSource
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp"];

    private readonly ImageSource like;
    private readonly byte[][] pixels;

    private UnlabelledImages(ImageSource like, List<byte[]> pixels)
    {
        this.like = like;

        // Frames of a film stand in a fixed shuffled order: an epoch that shows only some of them then sees all parts of the film.
        this.pixels = [.. BatchLoader.Order(pixels.Count, seed: 0, epoch: 0).Select(place => pixels[place])];
    }

    /// <inheritdoc/>
    public override int Count => pixels.Length;

    /// <inheritdoc/>
    public override int Height => like.Height;

    /// <inheritdoc/>
    public override int Width => like.Width;

    /// <inheritdoc/>
    public override ClassMap Classes => like.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => like.Tasks;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => like.Augmentation;

    /// <inheritdoc/>
    public override bool AllowsManyReaders => true;

    /// <summary>Decodes a film or a folder of images.</summary>
    /// <param name="like">The labelled images they go with: size, classes and tasks are theirs.</param>
    /// <param name="path">Film, or folder of PNG, JPEG or BMP files. Another shape than the labelled images' is cut to theirs about the middle.</param>
    /// <param name="stride">Of a film, every so many-th frame: neighbours show the same.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="UserErrorException">There is nothing, or an image is damaged.</exception>
    public static UnlabelledImages Open(ImageSource like, string path, int stride, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(like);
        var images = new List<byte[]>();
        foreach (var frame in File.Exists(path) ? Film.Frames(path, stride, "--unlabelled") : Files(path))
        {
            cancellation.ThrowIfCancellationRequested();
            Cv2.CvtColor(frame, frame, ColorConversionCodes.BGR2RGB);
            var image = new byte[like.Height * like.Width * 3];
            FittedImages.Colours(frame, FitGeometry.Of(ResizeFit.Crop, new(frame.Width, frame.Height), new(like.Width, like.Height)), image, like.Height);
            images.Add(image);
        }

        return images.Count > 0 ? new UnlabelledImages(like, images) : throw new UserErrorException(ExitCode.NoSource, $"--unlabelled '{path}' holds no frame.");
    }

    /// <summary>Whether a loss leaves out pixels without ground truth; those of edges and saliency count every pixel.</summary>
    /// <exception cref="UserErrorException">One does not.</exception>
    public static void Check(IEnumerable<TaskDescription> tasks)
    {
        if (tasks.FirstOrDefault(task => task.Kind is not (TaskKind.Segmentation or TaskKind.Depth or TaskKind.Normals)) is { } other)
        {
            throw new UserErrorException(ExitCode.Usage, $"--unlabelled goes with segmentation, depth and normals; the loss of '{other.Key}' needs ground truth for every image: leave it out of --tasks.");
        }
    }

    /// <inheritdoc/>
    public override LabeledImage Read(int epoch, int place)
    {
        var image = new LabeledImage(Height, Width);
        pixels[place].CopyTo(image.Rgb, 0);
        return image;
    }

    private static IEnumerable<Mat> Files(string folder)
    {
        string[] files = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)]
            : [];
        if (files.Length == 0)
        {
            throw new UserErrorException(ExitCode.NoSource, $"--unlabelled '{folder}' is neither a film nor a folder with {string.Join(", ", Endings)} files.");
        }

        foreach (var file in files)
        {
            using var image = Rasters.Decode(file, ImreadModes.Color, MatType.CV_8UC3);
            yield return image;
        }
    }
}
