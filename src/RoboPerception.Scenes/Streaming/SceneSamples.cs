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
/// Endless training data without a file: sample n of a seed is always the same image with the same exact labels. Several views
/// are taken in a room before the next one is built. Not for use by several threads at once; make one per thread.
/// </summary>
internal sealed class SceneSamples : IDisposable
{
    private readonly Renderer renderer;
    private readonly ulong seed;
    private readonly int viewsPerRoom;
    private GeneratedRoom? room;
    private ulong roomSeed;

    /// <summary>Prepares samples of one camera.</summary>
    /// <param name="seed">Seed of the series.</param>
    /// <param name="camera">The camera, e.g. <see cref="NyuCamera"/>.</param>
    /// <param name="viewsPerRoom">Views in one room, at least 1.</param>
    /// <param name="workers">Threads, the caller included; 0 = all processors.</param>
    public SceneSamples(ulong seed, CameraIntrinsics camera, int viewsPerRoom = 2, int workers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(viewsPerRoom, 1);
        this.seed = seed;
        this.viewsPerRoom = viewsPerRoom;
        renderer = new Renderer(camera, options: new RenderOptions(Workers: workers));
    }

    /// <summary>The camera of NYU Depth v2 (colour) at another size.</summary>
    public static CameraIntrinsics NyuCamera(int width, int height) =>
        new CameraIntrinsics(640, 480, 518.857901, 519.469611, 325.582449, 253.736166).ScaledTo(width, height);

    /// <summary>Seed of the room that sample <paramref name="index"/> shows.</summary>
    public ulong RoomSeedOf(long index) => SceneRandom.Mix(seed * 0x9E3779B97F4A7C15UL + (ulong)(index / viewsPerRoom));

    /// <summary>Renders a sample into the buffers.</summary>
    public SceneSample Render(long index, FrameBuffers buffers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ulong roomSeed = RoomSeedOf(index);
        if (room is null || roomSeed != this.roomSeed)
        {
            room = RoomGenerator.Generate(roomSeed);
            this.roomSeed = roomSeed;
        }
        int view = (int)(index % viewsPerRoom);
        CameraPose pose = room.RandomView(view);
        SensorParameters sensor = SensorParameters.FromSeed(SceneRandom.Mix(roomSeed + (ulong)view));
        renderer.Sensor = sensor;
        renderer.Render(room.Scene, pose, index, buffers, Shake(new SceneRandom(roomSeed).Fork(500 + (ulong)view), pose));
        return new(index, roomSeed, room.Kind, pose, sensor);
    }

    /// <summary>A third of the images are taken by a moving hand.</summary>
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
    public void Dispose() => renderer.Dispose();
}
