using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Places furniture in a shell: along walls first, then groups in the middle, then what hangs on walls.</summary>
internal sealed partial class RoomLayout
{
    private readonly RoomBuilder b;
    private readonly Palette palette;
    private readonly FloorPlan plan;
    private readonly SceneRandom r;
    private readonly float density;

    private RoomLayout(RoomBuilder b, Palette palette, FloorPlan plan, float density)
    {
        (this.b, this.palette, this.plan, r, this.density) = (b, palette, plan, b.Random, density);
    }

    /// <summary>Furnishes the room.</summary>
    public static void Furnish(RoomBuilder b, Palette palette, FloorPlan plan, RoomKind kind, float density)
    {
        var layout = new RoomLayout(b, palette, plan, density);
        switch (kind)
        {
            case RoomKind.Bedroom:
                layout.Bedroom();
                break;
            case RoomKind.Living:
                layout.Living();
                break;
            case RoomKind.Office:
                layout.Office();
                break;
            case RoomKind.Dining:
                layout.Dining();
                break;
            case RoomKind.Study:
                layout.Study();
                break;
            case RoomKind.Kitchen:
                layout.KitchenRoom();
                break;
            default:
                layout.Studio();
                break;
        }
        layout.FillWalls(kind);
        layout.Extras();
        layout.Walls(kind);
        layout.CeilingLamps(kind == RoomKind.Office);
        Furnishings.Clutter(b, palette, b.Random.Next(0.5f, 1.9f));
    }

    private void Bedroom()
    {
        int beds = plan.Width * plan.Depth > 15 && r.Chance(0.25f) ? 2 : 1;
        for (int i = 0; i < beds; i++)
        {
            BedGroup(beds == 2);
        }
        Wardrobe();
        Maybe(0.85f, Dresser);
        Maybe(0.55f, DeskGroup);
        Maybe(0.6f, Bookcase);
        Maybe(0.4f, Dresser);
        Maybe(0.35f, () => TelevisionBench());
        Maybe(0.3f, () => Armchair());
    }

    private void Living()
    {
        SofaGroup();
        Maybe(0.9f, Bookcase);
        Maybe(0.7f, Sideboard);
        Maybe(0.5f, SideTable);
        Maybe(0.6f, () => Armchair());
        if (plan.Width * plan.Depth > 19)
        {
            Maybe(0.55f, () => TableGroup(0.9f));
        }
        Maybe(0.45f, Bookcase);
        Maybe(0.3f, DeskGroup);
    }

    private void Office()
    {
        int desks = r.NextInt(2, 5);
        for (int i = 0; i < desks; i++)
        {
            DeskGroup();
        }
        Maybe(0.8f, Bookcase);
        Maybe(0.6f, Filing);
        Maybe(0.5f, Bookcase);
        Maybe(0.35f, () => TableGroup(0.6f));
        Maybe(0.25f, () => Sofa(out _));
        Maybe(0.3f, () => TelevisionOnWall());
    }

    private void Dining()
    {
        TableGroup(1);
        Sideboard();
        Maybe(0.5f, Sideboard);
        Maybe(0.45f, Bookcase);
        Maybe(0.4f, () => Sofa(out _));
        Maybe(0.45f, () => TelevisionBench());
        Maybe(0.35f, Kitchen);
        Maybe(0.4f, () => Armchair());
        Maybe(0.4f, SideTable);
    }

    private void Study()
    {
        int cases = r.NextInt(2, 5);
        for (int i = 0; i < cases; i++)
        {
            Bookcase();
        }
        DeskGroup();
        Maybe(0.6f, () => Armchair());
        Maybe(0.4f, () => Sofa(out _));
        Maybe(0.4f, () => TelevisionBench());
        Maybe(0.3f, () => BedGroup(true));
    }

    private void Studio()
    {
        BedGroup(r.Chance(0.4f));
        SofaGroup();
        Maybe(0.6f, Kitchen);
        Maybe(0.6f, () => TableGroup(0.6f));
        Maybe(0.5f, DeskGroup);
        Maybe(0.7f, Bookcase);
        Maybe(0.5f, Wardrobe);
    }

    /// <summary>Lived-in rooms have something along most of their walls.</summary>
    private void FillWalls(RoomKind kind)
    {
        int tries = (int)(density * r.Next(2, 8));
        for (int i = 0; i < tries; i++)
        {
            switch (r.NextInt(0, 6))
            {
                case 0:
                    Bookcase();
                    break;
                case 1:
                    Sideboard();
                    break;
                case 2 when kind is not RoomKind.Dining:
                    Wardrobe();
                    break;
                case 3:
                    Filing();
                    break;
                case 4:
                    SideTable();
                    break;
                default:
                    Dresser();
                    break;
            }
        }
    }

    private void Maybe(float probability, Action place)
    {
        if (r.Chance(probability * density))
        {
            place();
        }
    }

    private void Wardrobe()
    {
        float w = r.Next(1f, 2.4f), d = r.Next(0.52f, 0.62f), h = MathF.Min(r.Next(1.85f, 2.35f), plan.Height - 0.1f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out _))
        {
            Furnishings.Cabinet(b, palette, at, w, d, h, false, "wardrobe", SurfaceKind.Shelf);
        }
    }

    private void Dresser()
    {
        float w = r.Next(0.7f, 1.5f), d = r.Next(0.4f, 0.5f), h = r.Next(0.7f, 1.15f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out Placement wall))
        {
            Furnishings.Cabinet(b, palette, at, w, d, h, true, "dresser", SurfaceKind.Cabinet);
            if (r.Chance(0.4f) && h + 1.15f < plan.Height)
            {
                HangAt(wall, w * 0.7f, h + 0.25f, h + 1.05f, p => Furnishings.Mirror(b, palette, p, w * 0.6f, 0.65f));
            }
            else if (r.Chance(0.25f) && h < 0.95f)
            {
                b.Surfaces.RemoveAt(b.Surfaces.Count - 1);
                Furnishings.Television(b, palette, at.At(new(0, 0, h + 0.02f)), MathF.Min(0.95f, w * 0.85f), true);
            }
        }
    }

    private void Sideboard()
    {
        float w = r.Next(1.1f, 1.9f), d = r.Next(0.38f, 0.48f), h = r.Next(0.72f, 0.95f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out _))
        {
            Furnishings.Cabinet(b, palette, at, w, d, h, r.Chance(0.3f), "sideboard", SurfaceKind.Cabinet);
        }
    }

    private void SideTable()
    {
        float w = r.Next(0.4f, 0.7f);
        if (TryWall(w, w, 0.6f, 0.1f, out Placement at, out _))
        {
            Furnishings.Table(b, palette, at, w, w, r.Next(0.45f, 0.65f), SurfaceKind.Bedside);
        }
    }

    private void Filing()
    {
        float w = r.Next(0.42f, 0.9f), d = r.Next(0.42f, 0.6f), h = r.Next(0.9f, 1.5f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out _))
        {
            Furnishings.Cabinet(b, palette, at, w, d, h, true, "filing cabinet", SurfaceKind.Cabinet);
        }
    }

    private void Bookcase()
    {
        float w = r.Next(0.6f, 1.7f), h = r.Chance(0.3f) ? r.Next(0.8f, 1.2f) : MathF.Min(r.Next(1.6f, 2.2f), plan.Height - 0.2f);
        if (TryWall(w, 0.36f, h, 0.3f, out Placement at, out _))
        {
            Furnishings.Bookcase(b, palette, at, w, h);
        }
    }

    private bool Armchair()
    {
        float w = r.Next(0.78f, 0.98f);
        if (!TryWall(w, 0.9f, 0.9f, 0.5f, out Placement at, out _))
        {
            return false;
        }
        Furnishings.Sofa(b, palette, at with { Yaw = at.Yaw + r.Next(-0.15f, 0.15f) }, w);
        return true;
    }

    private bool Sofa(out Placement at)
    {
        float w = r.Next(1.45f, 2.4f);
        for (int i = 0; i < 2; i++, w = 1.45f)
        {
            if (TryWall(w, 0.92f, 0.9f, 0.8f, out at, out _))
            {
                Furnishings.Sofa(b, palette, at, w);
                return true;
            }
        }
        at = default;
        return false;
    }

    /// <summary>Takes floor at a wall for something of the given size; false if nowhere.</summary>
    private bool TryWall(float width, float depth, float height, float front, out Placement at, out Placement wallPoint)
    {
        for (int attempt = 0; attempt < 16; attempt++)
        {
            int wall = r.NextInt(0, 3);
            float length = plan.WallLength(wall);
            if (width > length - 0.1f)
            {
                continue;
            }
            float along = r.Chance(0.3f)
                ? (r.Chance(0.5f) ? width / 2 + 0.06f : length - width / 2 - 0.06f)
                : r.Next(width / 2 + 0.05f, length - width / 2 - 0.05f);
            if (TryWallAt(wall, along, width, depth, height, front, out at, out wallPoint))
            {
                return true;
            }
        }
        (at, wallPoint) = (default, default);
        return false;
    }

    private bool TryWallAt(int wall, float along, float width, float depth, float height, float front, out Placement at, out Placement wallPoint)
    {
        wallPoint = plan.OnWall(wall, along);
        at = wallPoint.At(new(0, -depth / 2 - 0.02f, 0));
        Placement zone = wallPoint.At(new(0, -(depth + front) / 2 - 0.02f, 0));
        // A place in front of a window is fine for what stays below the sill.
        if (!plan.IsFree(at, width, depth) || !plan.IsFree(zone, width * 0.7f, depth + front) || !plan.TryHang(wall, along, width, 0, height))
        {
            return false;
        }
        plan.Mark(zone, width, depth + front, solid: false);
        plan.Mark(at, width, depth, solid: true);
        return true;
    }

    /// <summary>Hangs something on the wall behind a wall point, if the wall is free there.</summary>
    private bool HangAt(Placement wallPoint, float width, float bottom, float top, Action<Placement> build)
    {
        int wall = NearestWall(wallPoint);
        Vector3 o = wallPoint.Origin;
        float along = wall switch { 0 => plan.Width - o.X, 1 => plan.Depth - o.Y, 2 => o.X, _ => o.Y };
        if (!plan.TryHang(wall, along, width, bottom, top))
        {
            return false;
        }
        build(plan.OnWall(wall, along, (bottom + top) / 2));
        return true;
    }

    private int NearestWall(Placement p)
    {
        Vector3 o = p.Origin;
        ReadOnlySpan<float> distances = [o.Y, plan.Width - o.X, plan.Depth - o.Y, o.X];
        int best = 0;
        for (int i = 1; i < 4; i++)
        {
            best = distances[i] < distances[best] ? i : best;
        }
        return best;
    }
}
