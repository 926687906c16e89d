using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Training.Data;

/// <summary>
/// Rendered rooms as an endless data set without a file: <c>scene://samples?seed=1&amp;count=1000</c>. Every epoch shows rooms that
/// no epoch before has shown, with exact labels; image n of a seed is always the same.
/// </summary>
internal sealed class SceneImages : ImageSource, IDisposable
{
    /// <summary>How such an address begins.</summary>
    public const string Address = "scene://samples";

    private const int CameraHeight = 480, CameraWidth = 640;

    private readonly SceneSamples samples;
    private readonly FrameBuffers buffers;
    private readonly FitGeometry geometry;

    /// <summary>A series of images of the NYU camera.</summary>
    /// <param name="seed">Seed of the series.</param>
    /// <param name="count">Images of one epoch.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="fit">How that camera's images are brought to another shape; they are rendered at the scale they are shown in.</param>
    public SceneImages(ulong seed, int count, int height, int width, ResizeFit fit = ResizeFit.Stretch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        (Height, Width) = (height, width);
        var (rows, columns) = (CameraHeight, CameraWidth);
        var shown = FitGeometry.Of(fit, new(columns, rows), new(width, height));
        (rows, columns) = (Scaled(rows, shown.Window.Height, shown.Part.Height), Scaled(columns, shown.Window.Width, shown.Part.Width));
        geometry = FitGeometry.Of(fit, new(columns, rows), new(width, height));
        samples = new SceneSamples(seed, SceneSamples.NyuCamera(columns, rows), viewsPerRoom: 1);
        buffers = new FrameBuffers(columns, rows);

        static int Scaled(int side, int window, int part) => (int)Math.Round((double)side * window / part);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int Height { get; }

    /// <inheritdoc/>
    public override int Width { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="UserErrorException">It has a part that is wrong.</exception>
    public static (ulong Seed, int Count) Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        ulong seed = 1;
        var count = 1000;
        string rest = address[Address.Length..];
        foreach (string pair in rest.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            bool known = pair.Split('=') switch
            {
                ["seed", var value] => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                ["count", var value] => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0,
                _ => false,
            };
            if (!known)
            {
                throw new UserErrorException(ExitCode.Usage, $"'{pair}' in '{address}' is not understood; write {Address}?seed=1&count=1000.");
            }
        }

        return (seed, count);
    }

    /// <inheritdoc/>
    public override LabeledImage Read(int epoch, int place)
    {
        samples.Render(((long)epoch * Count) + place, buffers);
        var image = new LabeledImage(buffers.Height, buffers.Width);
        for (var i = 0; i < image.Labels.Length; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                image.Rgb[(3 * i) + c] = buffers.Bgr[(3 * i) + 2 - c];
                image.Normals[(3 * i) + c] = (sbyte)MathF.Round(127 * buffers.Normals[(c * image.Labels.Length) + i]);
            }

            image.Labels[i] = buffers.Segmentation[i];
            image.DepthMillimetres[i] = (ushort)Math.Clamp((buffers.Depth[i] * 1000) + 0.5f, 0, ushort.MaxValue);
        }

        return (image.Height, image.Width) == (Height, Width) ? image : FittedImages.Fit(image, geometry, Height, Width);
    }

    /// <summary>Renders a number of images to keep, e.g. for validation.</summary>
    public ImageSet ToSet(int images) => new([.. Enumerable.Range(0, images).Select(place => Read(0, place))]);

    /// <inheritdoc/>
    public void Dispose() => samples.Dispose();
}
