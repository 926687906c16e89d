using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Draws whole rooms from numbers. The same seed gives the same room, bit for bit, on every machine of one architecture.</summary>
internal static class RoomGenerator
{
    /// <summary>Builds the room of a seed. Takes some tens of milliseconds, most of them for the bounced light.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="kind">Use of the room; by default the seed decides.</param>
    public static GeneratedRoom Generate(ulong seed, RoomKind? kind = null)
    {
        // A crowded draft leaves no place to stand; the next draft of the same seed holds less.
        for (int draft = 0; ; draft++)
        {
            var random = new SceneRandom(SceneRandom.Mix(seed * 2 + 1)).Fork((ulong)draft);
            if (Draft(seed, kind, random, density: MathF.Max(0, 1.1f - 0.15f * draft), last: draft == 7) is { } room)
            {
                return room;
            }
        }
    }

    private static GeneratedRoom? Draft(ulong seed, RoomKind? wanted, SceneRandom random, float density, bool last)
    {
        RoomKind kind = wanted ?? random.Next() switch
        {
            < 0.2f => RoomKind.Bedroom,
            < 0.44f => RoomKind.Living,
            < 0.56f => RoomKind.Office,
            < 0.68f => RoomKind.Dining,
            < 0.78f => RoomKind.Study,
            < 0.89f => RoomKind.Kitchen,
            _ => RoomKind.Studio,
        };
        float large = kind is RoomKind.Studio or RoomKind.Living ? 0.6f : 0;
        float width = random.Next(3.3f, 5.6f) + large, depth = random.Next(3.1f, 5.2f) + large;
        float height = random.Next(2.4f, 2.95f);
        var plan = new FloorPlan(width, depth, height);
        var builder = new RoomBuilder(random.Fork(1));
        var palette = new Palette(random.Fork(2));
        float daylight = random.Chance(0.8f) ? random.Next(2.2f, 6f) : 0.05f;
        RoomShell.Build(builder, palette, plan, daylight);
        RoomLayout.Furnish(builder, palette, plan, kind, density);
        if (builder.Lights.Count == 0)
        {
            // Dark rooms show nothing: somebody left a lamp on outside the picture.
            builder.Shine(new(LightShape.Ball, new(width / 2, depth / 2, height - 0.25f), default, default, 0.2f, new Vector3(10, 8.5f, 7)));
        }
        WalkableMap walkable = plan.ToWalkable();
        if (!last && (walkable.Widest < 0.42f || walkable.Area < 0.6f))
        {
            return null;
        }
        Scene scene = builder.ToScene(new(Vector3.Zero, new(width, depth, height)));
        return new GeneratedRoom(seed, kind, scene, walkable);
    }
}
