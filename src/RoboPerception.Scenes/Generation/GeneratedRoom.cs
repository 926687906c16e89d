namespace RoboPerception.Scenes;

/// <summary>A furnished room, and where cameras may be in it.</summary>
internal sealed class GeneratedRoom
{
    private readonly ViewPlanner planner;

    internal GeneratedRoom(ulong seed, RoomKind kind, Scene scene, WalkableMap walkable)
    {
        (Seed, Kind, Scene, Walkable) = (seed, kind, scene, walkable);
        planner = new ViewPlanner(scene, walkable);
        Path = new CameraPath(planner, walkable, new SceneRandom(seed).Fork(77));
    }

    /// <summary>The number everything was drawn from.</summary>
    public ulong Seed { get; }

    /// <summary>What the room is used for.</summary>
    public RoomKind Kind { get; }

    /// <summary>What is rendered.</summary>
    public Scene Scene { get; }

    /// <summary>A walk through the room at eye height that never comes near furniture.</summary>
    public CameraPath Path { get; }

    internal WalkableMap Walkable { get; }

    /// <summary>
    /// A single view for training, as a person with a camera would choose it: from somewhere one can stand, towards something.
    /// </summary>
    /// <param name="view">Number of the view; the same number gives the same view.</param>
    public CameraPose RandomView(int view) => planner.Choose(new SceneRandom(Seed).Fork(1000 + (ulong)view));
}
