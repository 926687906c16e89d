using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>
/// Renders frames of one camera: picture, segmentation, depth, normals and instance ids. Every pixel is a pure function of
/// scene, pose, frame number and sensor, so the number of threads cannot change a bit. After the first frame nothing is allocated.
/// One frame at a time; not for use by several threads at once.
/// </summary>
internal sealed partial class Renderer : IDisposable
{
    private readonly RenderPlanes _planes;
    private readonly WorkerTeam _team;
    private readonly RenderOptions _options;
    private SensorModel _sensor;
    private readonly Action<int, int> _traceRows, _filterRow, _composeRow, _blurRow, _developRow;

    private Scene _scene = null!;
    private CameraPose _pose, _shutterClose;
    private FrameBuffers _buffers = null!;
    private long _frame;
    private int _filterStep;
    private float[][] _filterSource = null!, _filterTarget = null!;

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
        _options = options ?? new RenderOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.LightSamples, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.LightSamples, 8, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Workers, nameof(options));
        Camera = camera;
        _planes = new RenderPlanes(camera.Width, camera.Height);
        LensRays.Fill(camera, _planes);
        _sensor = new SensorModel(sensor ?? new SensorParameters(), _planes);
        _team = new WorkerTeam(_options.Workers == 0 ? Environment.ProcessorCount : _options.Workers);
        _traceRows = (_, pair) => TraceRows(pair);
        _filterRow = (_, y) => LightFilter.Row(_planes, _filterSource, _filterTarget, y, _filterStep);
        _composeRow = (_, y) => ComposeRow(y);
        _blurRow = (_, y) => MotionBlur.Row(_planes, Camera, _pose, _shutterClose, y);
        _developRow = (_, y) => _sensor.DevelopRow(y, _buffers.Bgr);
    }

    /// <summary>The camera all frames are seen through.</summary>
    public CameraIntrinsics Camera { get; }

    /// <summary>What the camera does to light; may change between frames.</summary>
    public SensorParameters Sensor
    {
        get => _sensor.Parameters;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value != _sensor.Parameters)
            {
                _sensor = new SensorModel(value, _planes);
            }
        }
    }

    /// <summary>Renders one frame into <paramref name="buffers"/>.</summary>
    /// <param name="scene">What is seen.</param>
    /// <param name="pose">Where from.</param>
    /// <param name="frame">Number of the frame: seed of its noise.</param>
    /// <param name="buffers">Where it goes; its size must be the camera's.</param>
    /// <param name="shutterClose">Where the camera is when the shutter closes: blurs the picture by its motion since <paramref name="pose"/>.</param>
    public void Render(Scene scene, in CameraPose pose, long frame, FrameBuffers buffers, CameraPose? shutterClose = null)
    {
        Begin(scene, pose, frame, buffers);
        _team.Run((Camera.Height + 1) / 2, _traceRows);
        (_filterSource, _filterTarget) = (_planes.Light, _planes.Filtered);
        for (_filterStep = 1; _filterStep <= 16; _filterStep *= 2)
        {
            _team.Run(Camera.Height, _filterRow);
            (_filterSource, _filterTarget) = (_filterTarget, _filterSource);
        }
        _team.Run(Camera.Height, _composeRow);
        if (shutterClose is { } close)
        {
            _shutterClose = close;
            _team.Run(Camera.Height, _blurRow);
            _planes.SwapAlbedoAndLight();
        }
        _sensor.Meter(frame);
        _team.Run(Camera.Height, _developRow);
        _sensor.Compress(_buffers.Bgr, _team);
    }

    /// <summary>Stops the worker threads.</summary>
    public void Dispose() => _team.Dispose();

    private void Begin(Scene scene, in CameraPose pose, long frame, FrameBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentNullException.ThrowIfNull(buffers);
        if (buffers.Width != Camera.Width || buffers.Height != Camera.Height)
        {
            throw new ArgumentException(
                $"The buffers are {buffers.Width}x{buffers.Height}, the camera {Camera.Width}x{Camera.Height}.", nameof(buffers));
        }
        _scene = scene;
        _pose = pose;
        _frame = frame;
        _buffers = buffers;
    }

    /// <summary>Light times reflectance plus own light, into the planes the sensor reads (the albedo is no longer needed).</summary>
    private void ComposeRow(int y)
    {
        int row = y * _planes.Stride + RenderPlanes.Margin;
        double sum = 0;
        for (int x = 0; x < _planes.Width; x++)
        {
            int at = row + x;
            float r = _planes.Albedo[0][at] = _planes.Albedo[0][at] * _filterSource[0][at] + _planes.Extra[0][at];
            float g = _planes.Albedo[1][at] = _planes.Albedo[1][at] * _filterSource[1][at] + _planes.Extra[1][at];
            float b = _planes.Albedo[2][at] = _planes.Albedo[2][at] * _filterSource[2][at] + _planes.Extra[2][at];
            if ((x & 3) == 1)
            {
                sum += PortableMath.Log(1e-3 + 0.25 * r + 0.6 * g + 0.15 * b);
            }
        }
        _planes.RowLuminance[y] = sum;
    }
}
