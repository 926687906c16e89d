using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;
using Rectangle = System.Drawing.Rectangle;

namespace RoboPerception.Capture;

/// <summary>
/// Writes camera frames into the model's input: uint8 [H,W,3] BGR, fitted to the grid as <see cref="ResizeFit"/> says
/// (<see cref="ModelInput.Fit"/> is how training did it), with half-pixel centres. Bilinear; a side that shrinks by more than 2 is halved
/// first, as often as needed, because one bilinear step would skip pixels and turn fine texture into noise (halving bilinearly is averaging;
/// averaging whole areas in one step, INTER_AREA, costs 5 to 10 times as much at these sizes). With a calibration the image can be
/// rectified in the same pass. For one thread; after warm-up a frame costs some 100 managed bytes per step, see <see cref="MatView"/>.
/// </summary>
internal sealed class FrameResizer : IDisposable
{
    private const double MostAspectError = 0.01;

    private readonly Size model;
    private readonly CameraCalibration? calibration;
    private readonly bool rectify;
    private readonly Action<string>? notice;
    private readonly ResizeFit fit;
    private readonly MatHeaders sources = new();
    private readonly MatHeaders destinations = new();
    private readonly List<(Size Size, MatView Image)> halvings = [];
    private RectificationMaps? maps;
    private Size source;
    private FitGeometry geometry;

    /// <summary>A resizer for one model.</summary>
    /// <param name="width">Pixels per row of the model's input.</param>
    /// <param name="height">Rows of the model's input.</param>
    /// <param name="calibration">The camera, if known.</param>
    /// <param name="rectify">Undo the lens; needs a calibration.</param>
    /// <param name="notice">Told, once per frame size, when a calibration made at another size is scaled.</param>
    /// <param name="fit">What to do with images of another shape.</param>
    public FrameResizer(
        int width, int height, CameraCalibration? calibration = null, bool rectify = false, Action<string>? notice = null, ResizeFit fit = ResizeFit.Stretch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rectify && calibration is null)
        {
            throw new ArgumentException("Rectifying needs a calibration.", nameof(rectify));
        }

        model = new Size(width, height);
        this.calibration = calibration;
        this.rectify = rectify;
        this.notice = notice;
        this.fit = fit;
        if ((rectify ? calibration?.Rectified : calibration?.Intrinsics) is { } camera)
        {
            Intrinsics = FitGeometry.Of(fit, new(camera.Width, camera.Height), new(width, height)).CameraOf(camera, new(width, height));
        }
    }

    /// <summary>Pixels per row of the grid.</summary>
    public int Width => model.Width;

    /// <summary>Bytes that <see cref="Resize"/> writes: 3 * width * height.</summary>
    public int ByteCount => 3 * model.Width * model.Height;

    /// <summary>
    /// The camera that sees the model's grid, or null without a calibration: scaled to the grid, and ideal (no distortion)
    /// when rectifying.
    /// </summary>
    public CameraIntrinsics? Intrinsics { get; }

    /// <summary>
    /// Where a pixel of the grid lies in the camera's image of the last frame; when rectifying, in its rectified image of
    /// the same size.
    /// </summary>
    public PixelTransform Transform { get; private set; } = PixelTransform.Identity;

    /// <summary>The part of the grid that shows the last frame; beside it lies padding, whose predictions mean nothing.</summary>
    public (int X, int Y, int Width, int Height) Window => (geometry.Window.X, geometry.Window.Y, geometry.Window.Width, geometry.Window.Height);

    /// <summary>True if the last frame left some of the grid to padding.</summary>
    public bool HasPadding => source != default && (geometry.Window.Width != model.Width || geometry.Window.Height != model.Height);

    /// <summary>Writes a frame. The frame's size may change from call to call; a change costs new maps once.</summary>
    /// <param name="frame">8-bit BGR.</param>
    /// <param name="destination">First byte of <see cref="ByteCount"/> bytes that do not move (native or pinned), rows without padding.</param>
    /// <exception cref="UserErrorException">The image's aspect ratio is not that of the calibration (exit code 2).</exception>
    public void Resize(Frame frame, nint destination)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfZero(destination);
        if (source.Width != frame.Width || source.Height != frame.Height)
        {
            Prepare(new Size(frame.Width, frame.Height));
        }

        // A rectifying map looks its pixels up in the whole image.
        Rectangle part = maps is null ? geometry.Part : new Rectangle(0, 0, frame.Width, frame.Height);
        Rectangle window = geometry.Window;
        MatView from = sources.Over(frame.Data + ((nint)part.Y * frame.Stride) + (3 * part.X), part.Width, part.Height, frame.Stride);
        MatView to = destinations.Over(destination + (3 * ((window.Y * model.Width) + window.X)), window.Width, window.Height, 3 * model.Width);
        if (HasPadding)
        {
            Pad(destination, window);
        }

        foreach ((Size size, MatView image) in halvings)
        {
            Cv2.Resize(from.Input, image.Image, size, 0, 0, InterpolationFlags.Linear);
            from = image;
        }

        if (maps is null)
        {
            Cv2.Resize(from.Input, to.Image, new Size(window.Width, window.Height), 0, 0, InterpolationFlags.Linear);
        }
        else
        {
            maps.Apply(from.Input, to.Image);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        sources.Dispose();
        destinations.Dispose();
        ForgetHalvings();
        maps?.Dispose();
    }

    private void Prepare(Size size)
    {
        if (calibration is { Intrinsics: { } camera }
            && Math.Abs(((double)size.Width / size.Height / camera.Width * camera.Height) - 1) > MostAspectError)
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"The camera gives {size.Width}x{size.Height}, but calibration '{calibration.CameraName}' was made at {camera.Width}x{camera.Height}, "
                + "another aspect ratio: the sensor is cropped and the focal lengths do not hold. Calibrate at this size, or set the camera to the calibrated one.");
        }

        if (calibration is { Intrinsics: { } made } && (made.Width, made.Height) != (size.Width, size.Height))
        {
            notice?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"calibration '{calibration.CameraName}' was made at {made.Width}x{made.Height}, the camera gives {size.Width}x{size.Height}: focal lengths and centre are scaled by {(double)size.Width / made.Width:0.####}"));
        }

        source = size;
        geometry = FitGeometry.Of(fit, new(size.Width, size.Height), new(model.Width, model.Height));
        Transform = geometry.Transform;
        ForgetHalvings();
        Rectangle window = geometry.Window;
        var part = new Size(geometry.Part.Width, geometry.Part.Height);
        if (!rectify)
        {
            size = part;
        }

        while (part.Width > 2 * window.Width || part.Height > 2 * window.Height)
        {
            (bool across, bool down) = (part.Width > 2 * window.Width, part.Height > 2 * window.Height);
            size = new Size(across ? (size.Width + 1) / 2 : size.Width, down ? (size.Height + 1) / 2 : size.Height);
            part = new Size(across ? (part.Width + 1) / 2 : part.Width, down ? (part.Height + 1) / 2 : part.Height);
            halvings.Add((size, new MatView(new Mat())));
        }

        maps?.Dispose();
        maps = rectify ? new RectificationMaps(calibration!, size, GridCamera()) : null;
    }

    // The ideal camera of the window alone: the grid's, less what lies beside the window.
    private CameraIntrinsics GridCamera()
    {
        Rectangle window = geometry.Window;
        CameraIntrinsics grid = geometry.CameraOf(calibration!.Rectified.ScaledTo(source.Width, source.Height), new(model.Width, model.Height));
        return grid with { Width = window.Width, Height = window.Height, Cx = grid.Cx - window.X, Cy = grid.Cy - window.Y };
    }

    private unsafe void Pad(nint destination, Rectangle window)
    {
        int row = 3 * model.Width;
        for (int y = 0; y < model.Height; y++)
        {
            var pixels = new Span<byte>((byte*)destination + ((nint)y * row), row);
            if (y < window.Top || y >= window.Bottom)
            {
                pixels.Fill(FitGeometry.Padding);
                continue;
            }

            pixels[..(3 * window.Left)].Fill(FitGeometry.Padding);
            pixels[(3 * window.Right)..].Fill(FitGeometry.Padding);
        }
    }

    private void ForgetHalvings()
    {
        foreach ((_, MatView image) in halvings)
        {
            image.Dispose();
        }

        halvings.Clear();
    }
}
