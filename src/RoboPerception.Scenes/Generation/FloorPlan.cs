using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>
/// What is taken on the floor and on the walls of a rectangular room. Walls are numbered 0 south (y = 0), 1 east, 2 north,
/// 3 west; a position on a wall counts from the left as seen from inside.
/// </summary>
internal sealed class FloorPlan
{
    private const float Cell = 0.05f;

    private readonly int columns, rows;
    private readonly bool[] taken;
    private readonly bool[] blocked;
    private readonly List<(int Wall, float Left, float Right, float Bottom, float Top)> onWalls = [];

    public FloorPlan(float width, float depth, float height)
    {
        (Width, Depth, Height) = (width, depth, height);
        columns = (int)MathF.Ceiling(width / Cell);
        rows = (int)MathF.Ceiling(depth / Cell);
        taken = new bool[columns * rows];
        blocked = new bool[columns * rows];
    }

    /// <summary>East-west size of the room, metres.</summary>
    public float Width { get; }

    /// <summary>North-south size.</summary>
    public float Depth { get; }

    /// <summary>Height of the ceiling.</summary>
    public float Height { get; }

    public float WallLength(int wall) => (wall & 1) == 0 ? Width : Depth;

    /// <summary>A point on a wall, and the turn of furniture that stands with its back to it.</summary>
    public Placement OnWall(int wall, float along, float height = 0) => wall switch
    {
        0 => new(new(Width - along, 0, height), MathF.PI),
        1 => new(new(Width, Depth - along, height), -MathF.PI / 2),
        2 => new(new(along, Depth, height), 0),
        _ => new(new(0, along, height), MathF.PI / 2),
    };

    /// <summary>Takes a rectangle of floor if it is free and inside the room.</summary>
    /// <param name="place">Middle and turn of the rectangle.</param>
    /// <param name="width">Size along local x.</param>
    /// <param name="depth">Size along local y.</param>
    /// <param name="solid">False for space that must stay free of furniture but may be walked in.</param>
    public bool TryTake(Placement place, float width, float depth, bool solid = true)
    {
        if (!IsFree(place, width, depth))
        {
            return false;
        }
        Mark(place, width, depth, solid);
        return true;
    }

    /// <summary>Marks a rectangle of floor whatever was there.</summary>
    public void Mark(Placement place, float width, float depth, bool solid)
    {
        Visit(place, width, depth, cell =>
        {
            taken[cell] = true;
            blocked[cell] |= solid;
            return true;
        });
    }

    /// <summary>Takes a rectangle of wall if it is free.</summary>
    public bool TryHang(int wall, float middle, float width, float bottom, float top)
    {
        float left = middle - width / 2, right = middle + width / 2;
        if (left < 0.04f || right > WallLength(wall) - 0.04f || top > Height - 0.03f)
        {
            return false;
        }
        foreach (var w in onWalls)
        {
            if (w.Wall == wall && w.Left < right && w.Right > left && w.Bottom < top && w.Top > bottom)
            {
                return false;
            }
        }
        onWalls.Add((wall, left, right, bottom, top));
        return true;
    }

    /// <summary>Records what stands before a wall.</summary>
    public void Cover(int wall, float middle, float width, float bottom, float top) =>
        onWalls.Add((wall, middle - width / 2, middle + width / 2, bottom, top));

    /// <summary>Where a person may walk.</summary>
    public WalkableMap ToWalkable() => new(Cell, columns, rows, blocked);

    /// <summary>True if a rectangle of floor is free and inside the room.</summary>
    public bool IsFree(Placement place, float width, float depth)
    {
        Vector3 x = place.Frame.X * (width / 2), y = place.Frame.Y * (depth / 2);
        float rx = MathF.Abs(x.X) + MathF.Abs(y.X), ry = MathF.Abs(x.Y) + MathF.Abs(y.Y);
        const float Slack = 0.002f;
        if (place.Origin.X - rx < -Slack || place.Origin.Y - ry < -Slack || place.Origin.X + rx > Width + Slack || place.Origin.Y + ry > Depth + Slack)
        {
            return false;
        }
        return Visit(place, width, depth, cell => !taken[cell]);
    }

    private bool Visit(Placement place, float width, float depth, Func<int, bool> visit)
    {
        Rotation frame = place.Frame;
        Vector3 x = frame.X * (width / 2), y = frame.Y * (depth / 2);
        float rx = MathF.Abs(x.X) + MathF.Abs(y.X), ry = MathF.Abs(x.Y) + MathF.Abs(y.Y);
        int c0 = Math.Max(0, (int)((place.Origin.X - rx) / Cell)), c1 = Math.Min(columns - 1, (int)((place.Origin.X + rx) / Cell));
        int r0 = Math.Max(0, (int)((place.Origin.Y - ry) / Cell)), r1 = Math.Min(rows - 1, (int)((place.Origin.Y + ry) / Cell));
        for (int r = r0; r <= r1; r++)
        {
            for (int c = c0; c <= c1; c++)
            {
                Vector3 local = frame.ToInner(new Vector3((c + 0.5f) * Cell, (r + 0.5f) * Cell, 0) - place.Origin with { Z = 0 });
                if (MathF.Abs(local.X) <= width / 2 + 0.02f && MathF.Abs(local.Y) <= depth / 2 + 0.02f && !visit(r * columns + c))
                {
                    return false;
                }
            }
        }
        return true;
    }
}
