using System.Numerics;
using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>Where a training sample came from.</summary>
/// <param name="Index">Number of the sample.</param>
/// <param name="RoomSeed">Seed of its room.</param>
/// <param name="Kind">Use of the room.</param>
/// <param name="Pose">Where the camera was.</param>
/// <param name="Sensor">What the camera did.</param>
internal sealed record SceneSample(long Index, ulong RoomSeed, RoomKind Kind, CameraPose Pose, SensorParameters Sensor);

/// <summary>
/// Endless training data without a file: sample n of a seed is always the same picture with the same exact labels. Several views
/// are taken in a room before the next one is built. Not for use by several threads at once; make one per thread.
/// </summary>
internal sealed class SceneSamples : IDisposable
{
    private readonly Renderer _renderer;
    private readonly ulong _seed;
    private readonly int _viewsPerRoom;
    private GeneratedRoom? _room;
    private ulong _roomSeed;

    /// <summary>Prepares samples of one camera.</summary>
    /// <param name="seed">Seed of the series.</param>
    /// <param name="camera">The camera, e.g. <see cref="NyuCamera"/>.</param>
    /// <param name="viewsPerRoom">Views in one room, at least 1.</param>
    /// <param name="workers">Threads, the caller included; 0 = all processors.</param>
    public SceneSamples(ulong seed, CameraIntrinsics camera, int viewsPerRoom = 2, int workers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(viewsPerRoom, 1);
        _seed = seed;
        _viewsPerRoom = viewsPerRoom;
        _renderer = new Renderer(camera, options: new RenderOptions(Workers: workers));
    }

    /// <summary>The camera of NYU Depth v2 (colour) at another size.</summary>
    public static CameraIntrinsics NyuCamera(int width, int height) =>
        new CameraIntrinsics(640, 480, 518.857901, 519.469611, 325.582449, 253.736166).ScaledTo(width, height);

    /// <summary>Seed of the room that sample <paramref name="index"/> shows.</summary>
    public ulong RoomSeedOf(long index) => SceneRandom.Mix(_seed * 0x9E3779B97F4A7C15UL + (ulong)(index / _viewsPerRoom));

    /// <summary>Renders a sample into the buffers.</summary>
    public SceneSample Render(long index, FrameBuffers buffers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ulong roomSeed = RoomSeedOf(index);
        if (_room is null || roomSeed != _roomSeed)
        {
            _room = RoomGenerator.Generate(roomSeed);
            _roomSeed = roomSeed;
        }
        int view = (int)(index % _viewsPerRoom);
        CameraPose pose = _room.RandomView(view);
        SensorParameters sensor = SensorParameters.FromSeed(SceneRandom.Mix(roomSeed + (ulong)view));
        _renderer.Sensor = sensor;
        _renderer.Render(_room.Scene, pose, index, buffers, Shake(new SceneRandom(roomSeed).Fork(500 + (ulong)view), pose));
        return new(index, roomSeed, _room.Kind, pose, sensor);
    }

    /// <summary>A third of the pictures are taken by a moving hand.</summary>
    private static CameraPose? Shake(SceneRandom random, in CameraPose pose)
    {
        if (!random.Chance(0.33f))
        {
            return null;
        }
        var turn = Rotation.AboutX(random.Next(-0.012f, 0.012f)).Then(Rotation.AboutY(random.Next(-0.016f, 0.016f)));
        var step = new Vector3(random.Next(-0.012f, 0.012f), random.Next(-0.006f, 0.006f), random.Next(-0.012f, 0.012f));
        return new(pose.ToWorld(step), pose.Orientation.Then(turn));
    }

    /// <summary>Stops the renderer's threads.</summary>
    public void Dispose() => _renderer.Dispose();
}
