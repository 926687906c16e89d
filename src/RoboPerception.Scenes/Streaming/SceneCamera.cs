using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>
/// Frames of a <see cref="SceneUri"/>. Frame n is a function of the address and n alone: it may be rendered in any order, again, and
/// on any machine of the architecture, and is the same bits. Not for use by several threads at once.
/// </summary>
internal sealed class SceneCamera : IDisposable
{
    private readonly Renderer renderer;
    private GeneratedRoom? room;
    private long roomNumber = -1;

    /// <summary>Prepares a stream; rooms are built when their first frame is asked for.</summary>
    /// <param name="uri">Which stream.</param>
    /// <param name="workers">Threads, the caller included; 0 = all processors.</param>
    public SceneCamera(SceneUri uri, int workers = 0)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Address = uri;
        Intrinsics = uri.ToIntrinsics();
        SensorParameters sensor = uri.IdealSensor ? SensorParameters.Ideal : new SensorParameters(Seed: uri.Seed);
        renderer = new Renderer(Intrinsics, sensor, new RenderOptions(Workers: workers));
    }

    /// <summary>The address of the stream.</summary>
    public SceneUri Address { get; }

    /// <summary>The camera of every frame.</summary>
    public CameraIntrinsics Intrinsics { get; }

    /// <summary>Time of a frame after the first one, nanoseconds.</summary>
    public long TimeOf(long frame) => (long)Math.Round(frame * 1e9 / Address.FramesPerSecond);

    /// <summary>Renders frame n with all labels.</summary>
    /// <returns>The camera's pose.</returns>
    public CameraPose Render(long frame, FrameBuffers buffers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        double seconds = frame / Address.FramesPerSecond;
        GeneratedRoom room = RoomAt(seconds);
        CameraPose pose = room.Path.At(seconds);
        CameraPose? close = Address.ShutterSeconds > 0 ? room.Path.At(seconds + Address.ShutterSeconds) : null;
        renderer.Render(room.Scene, pose, frame, buffers, close);
        return pose;
    }

    /// <summary>The room a time of the walk falls into.</summary>
    public GeneratedRoom RoomAt(double seconds)
    {
        long number = Address.ChangeSeconds > 0 ? (long)(seconds / Address.ChangeSeconds) : 0;
        if (room is null || number != roomNumber)
        {
            room = RoomGenerator.Generate(Address.Seed + (ulong)number, Address.Kind);
            roomNumber = number;
        }
        return room;
    }

    /// <summary>Stops the renderer's threads.</summary>
    public void Dispose() => renderer.Dispose();
}
