using System.Drawing;
using System.Runtime.InteropServices;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// Images of a data set brought to the training size as the node brings a camera's (<see cref="FitGeometry"/>), instead of squeezed. Beside a
/// letterboxed image nothing is known: no class, no depth, no normal. Edges and saliency have no such value, so a letterboxed set does without them.
/// </summary>
internal sealed class FittedImages : ImageReader
{
    private readonly ImageReader reader;
    private readonly ResizeFit fit;

    // Most sets are of one size: the size of the last image is tried first.
    private volatile SourceSize? lastSize;

    private FittedImages(ImageReader reader, ResizeFit fit)
        : base(reader.Ids) => (this.reader, this.fit) = (reader, fit);

    /// <inheritdoc/>
    public override ClassMap Classes => reader.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => [.. reader.Tasks.Where(task => fit != ResizeFit.Letterbox || task.Kind is not (TaskKind.Edges or TaskKind.Saliency))];

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => reader.Augmentation;

    /// <inheritdoc/>
    public override ChannelStatistics? Statistics => reader.Statistics;

    /// <inheritdoc/>
    public override double EdgeTolerance => reader.EdgeTolerance;

    /// <inheritdoc/>
    public override bool KeepsShape => reader.KeepsShape;

    /// <summary>The reader itself if images are stretched, which is what readers do.</summary>
    /// <exception cref="UserErrorException">The set's images keep their shapes anyway.</exception>
    public static ImageReader Of(ImageReader reader, ResizeFit fit)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (fit != ResizeFit.Stretch && reader.KeepsShape)
        {
            throw new UserErrorException(ExitCode.Usage, $"--fit {fit.ToString().ToLowerInvariant()}: the images of this data set keep their shapes and are cut by its views; leave --fit out.");
        }

        return fit == ResizeFit.Stretch ? reader : new FittedImages(reader, fit);
    }

    /// <inheritdoc/>
    public override LabeledImage Read(string id, int height, int width, bool keepOwnNormals = false)
    {
        var size = lastSize ?? new SourceSize(height, width);
        while (true)
        {
            var (rows, columns) = size;
            var geometry = FitGeometry.Of(fit, new(columns, rows), new(width, height));

            // An image of the grid's shape is resized once, and what is compared at its own resolution stays so.
            var isWhole = IsWhole(geometry, rows, columns, height, width);
            var image = isWhole ? reader.Read(id, height, width, keepOwnNormals) : reader.Read(id, rows, columns);
            if (image.SourceSize == size)
            {
                return isWhole ? image : Fit(image, geometry, height, width);
            }

            lastSize = size = image.SourceSize;
        }
    }

    /// <summary>Cuts an image, brings it to its window of the grid and leaves the rest of the grid unknown.</summary>
    /// <param name="image">The image with its maps, at the size that the geometry was made for.</param>
    /// <param name="geometry">What of it is shown where.</param>
    /// <param name="height">Rows of the grid.</param>
    /// <param name="width">Columns of the grid.</param>
    internal static LabeledImage Fit(LabeledImage image, FitGeometry geometry, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        var hasBars = geometry.Window.Size != new System.Drawing.Size(width, height);
        var fitted = new LabeledImage(height, width)
        {
            DepthStep = image.DepthStep,
            IsInverseDepth = image.IsInverseDepth,
            Category = image.Category,
            SourceSize = image.SourceSize,
            Window = hasBars ? geometry.Window : null,
            HumanParts = Map(image.HumanParts),
            Edges = hasBars ? null : Map(image.Edges),
            Saliency = hasBars ? null : Map(image.Saliency),
        };
        Colours(image, geometry, fitted);
        var from = Places(image, geometry, fitted);
        Take(image.Labels, fitted.Labels, 1, from);
        Take(image.DepthMillimetres, fitted.DepthMillimetres, 1, from);
        Take(image.Normals, fitted.Normals, 3, from);
        foreach (var (classes, labels) in image.OtherLabels)
        {
            Take(labels, fitted.OtherLabels[classes] = Map(labels)!, 1, from);
        }

        foreach (var (source, map) in new[] { (image.HumanParts, fitted.HumanParts), (image.Edges, fitted.Edges), (image.Saliency, fitted.Saliency) })
        {
            if (source is not null && map is not null)
            {
                Take(source, map, 1, from);
            }
        }

        return fitted;

        byte[]? Map(byte[]? source)
        {
            if (source is null)
            {
                return null;
            }

            var map = new byte[height * width];
            Array.Fill(map, LabeledImage.Unknown);
            return map;
        }
    }

    /// <summary>Writes a part of an image of three channels into a window of a grid, grey beside it.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="geometry">What of it is shown where.</param>
    /// <param name="grid">Rows, columns and three channels of the grid.</param>
    /// <param name="height">Rows of the grid.</param>
    internal static void Colours(Mat image, FitGeometry geometry, byte[] grid, int height)
    {
        using var part = new Mat(image, Rect(geometry.Part));
        using var resized = Rasters.Resized(part, geometry.Window.Height, geometry.Window.Width);
        grid.AsSpan().Fill(FitGeometry.Padding);
        var (row, length) = (grid.Length / height, 3 * geometry.Window.Width);
        var pixels = MemoryMarshal.AsBytes(resized.AsSpan<Vec3b>());
        for (var y = 0; y < geometry.Window.Height; y++)
        {
            pixels.Slice(y * length, length).CopyTo(grid.AsSpan(((geometry.Window.Y + y) * row) + (3 * geometry.Window.X)));
        }
    }

    private static void Colours(LabeledImage image, FitGeometry geometry, LabeledImage fitted)
    {
        using var whole = new Mat(image.Height, image.Width, MatType.CV_8UC3);
        image.Rgb.CopyTo(MemoryMarshal.AsBytes(whole.AsSpan<Vec3b>()));
        Colours(whole, geometry, fitted.Rgb, fitted.Height);
    }

    // For every pixel of the grid the pixel of the image that is nearest; -1 beside the window.
    private static int[] Places(LabeledImage image, FitGeometry geometry, LabeledImage fitted)
    {
        var from = new int[fitted.Height * fitted.Width];
        Array.Fill(from, -1);
        var (part, window) = (geometry.Part, geometry.Window);
        for (var y = 0; y < window.Height; y++)
        {
            var row = part.Y + Rasters.Nearest(y, window.Height, part.Height);
            for (var x = 0; x < window.Width; x++)
            {
                from[((window.Y + y) * fitted.Width) + window.X + x] = (row * image.Width) + part.X + Rasters.Nearest(x, window.Width, part.Width);
            }
        }

        return from;
    }

    private static void Take<T>(T[] source, T[] map, int channels, int[] from)
    {
        for (var i = 0; i < from.Length; i++)
        {
            if (from[i] >= 0)
            {
                Array.Copy(source, channels * from[i], map, channels * i, channels);
            }
        }
    }

    private static bool IsWhole(FitGeometry geometry, int rows, int columns, int height, int width) =>
        geometry == FitGeometry.Of(ResizeFit.Stretch, new(columns, rows), new(width, height));

    private static Rect Rect(Rectangle rectangle) => new(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height);
}
