using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>
/// Renders frames of one camera: image, segmentation, depth, normals and instance ids. Every pixel is a pure function of
/// scene, pose, frame number and sensor, so the number of threads cannot change a bit. After the first frame nothing is allocated.
/// One frame at a time; not for use by several threads at once.
/// </summary>
internal sealed partial class Renderer : IDisposable
{
    private readonly RenderPlanes planes;
    private readonly WorkerTeam team;
    private readonly RenderOptions options;
    private SensorModel sensor;
    private readonly Action<int, int> traceRows, filterRow, composeRow, blurRow, developRow;

    private Scene scene = null!;
    private CameraPose pose, shutterClose;
    private FrameBuffers buffers = null!;
    private long frame;
    private int filterStep;
    private float[][] filterSource = null!, filterTarget = null!;

    /// <summary>Allocates for one camera.</summary>
    /// <exception cref="ArgumentException">The camera has no positive focal length or size.</exception>
    public Renderer(CameraIntrinsics camera, SensorParameters? sensor = null, RenderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(camera);
        if (camera.Width <= 0 || camera.Height <= 0 || !(camera.Fx > 0) || !(camera.Fy > 0))
        {
            throw new ArgumentException(
                $"The camera is {camera.Width}x{camera.Height} with fx {camera.Fx}, fy {camera.Fy}; all must be positive.", nameof(camera));
        }
        this.options = options ?? new RenderOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(this.options.LightSamples, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(this.options.LightSamples, 8, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(this.options.Workers, nameof(options));
        Camera = camera;
        planes = new RenderPlanes(camera.Width, camera.Height);
        LensRays.Fill(camera, planes);
        this.sensor = new SensorModel(sensor ?? new SensorParameters(), planes);
        team = new WorkerTeam(this.options.Workers == 0 ? Environment.ProcessorCount : this.options.Workers);
        traceRows = (_, pair) => TraceRows(pair);
        filterRow = (_, y) => LightFilter.Row(planes, filterSource, filterTarget, y, filterStep);
        composeRow = (_, y) => ComposeRow(y);
        blurRow = (_, y) => MotionBlur.Row(planes, Camera, pose, shutterClose, y);
        developRow = (_, y) => this.sensor.DevelopRow(y, buffers.Bgr);
    }

    /// <summary>The camera all frames are seen through.</summary>
    public CameraIntrinsics Camera { get; }

    /// <summary>What the camera does to light; may change between frames.</summary>
    public SensorParameters Sensor
    {
        get => sensor.Parameters;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value != sensor.Parameters)
            {
                sensor = new SensorModel(value, planes);
            }
        }
    }

    /// <summary>Renders one frame into <paramref name="buffers"/>.</summary>
    /// <param name="scene">What is seen.</param>
    /// <param name="pose">Where from.</param>
    /// <param name="frame">Number of the frame: seed of its noise.</param>
    /// <param name="buffers">Where it goes; its size must be the camera's.</param>
    /// <param name="shutterClose">Where the camera is when the shutter closes: blurs the image by its motion since <paramref name="pose"/>.</param>
    public void Render(Scene scene, in CameraPose pose, long frame, FrameBuffers buffers, CameraPose? shutterClose = null)
    {
        Begin(scene, pose, frame, buffers);
        team.Run((Camera.Height + 1) / 2, traceRows);
        (filterSource, filterTarget) = (planes.Light, planes.Filtered);
        for (filterStep = 1; filterStep <= 16; filterStep *= 2)
        {
            team.Run(Camera.Height, filterRow);
            (filterSource, filterTarget) = (filterTarget, filterSource);
        }
        team.Run(Camera.Height, composeRow);
        if (shutterClose is { } close)
        {
            this.shutterClose = close;
            team.Run(Camera.Height, blurRow);
            planes.SwapAlbedoAndLight();
        }
        sensor.Meter(frame);
        team.Run(Camera.Height, developRow);
        sensor.Compress(this.buffers.Bgr, team);
    }

    /// <summary>Stops the worker threads.</summary>
    public void Dispose() => team.Dispose();

    private void Begin(Scene scene, in CameraPose pose, long frame, FrameBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentNullException.ThrowIfNull(buffers);
        if (buffers.Width != Camera.Width || buffers.Height != Camera.Height)
        {
            throw new ArgumentException(
                $"The buffers are {buffers.Width}x{buffers.Height}, the camera {Camera.Width}x{Camera.Height}.", nameof(buffers));
        }
        this.scene = scene;
        this.pose = pose;
        this.frame = frame;
        this.buffers = buffers;
    }

    /// <summary>Light times reflectance plus own light, into the planes the sensor reads (the albedo is no longer needed).</summary>
    private void ComposeRow(int y)
    {
        int row = y * planes.Stride + RenderPlanes.Margin;
        double sum = 0;
        for (int x = 0; x < planes.Width; x++)
        {
            int at = row + x;
            float r = planes.Albedo[0][at] = planes.Albedo[0][at] * filterSource[0][at] + planes.Extra[0][at];
            float g = planes.Albedo[1][at] = planes.Albedo[1][at] * filterSource[1][at] + planes.Extra[1][at];
            float b = planes.Albedo[2][at] = planes.Albedo[2][at] * filterSource[2][at] + planes.Extra[2][at];
            if ((x & 3) == 1)
            {
                sum += PortableMath.Log(1e-3 + 0.25 * r + 0.6 * g + 0.15 * b);
            }
        }
        planes.RowLuminance[y] = sum;
    }
}
