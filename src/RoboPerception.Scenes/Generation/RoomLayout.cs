using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Places furniture in a shell: along walls first, then groups in the middle, then what hangs on walls.</summary>
internal sealed partial class RoomLayout
{
    private readonly RoomBuilder _b;
    private readonly Palette _palette;
    private readonly FloorPlan _plan;
    private readonly SceneRandom _r;
    private readonly float _density;

    private RoomLayout(RoomBuilder b, Palette palette, FloorPlan plan, float density)
    {
        (_b, _palette, _plan, _r, _density) = (b, palette, plan, b.Random, density);
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
            default:
                layout.Studio();
                break;
        }
        layout.FillWalls(kind);
        layout.Extras();
        layout.Walls(kind);
        layout.CeilingLamps(kind == RoomKind.Office);
        Furnishings.Clutter(b, palette, b.Random.Next(0.4f, 1.4f));
    }

    private void Bedroom()
    {
        int beds = _plan.Width * _plan.Depth > 15 && _r.Chance(0.25f) ? 2 : 1;
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
        if (_plan.Width * _plan.Depth > 19)
        {
            Maybe(0.55f, () => TableGroup(0.9f));
        }
        Maybe(0.45f, Bookcase);
        Maybe(0.3f, DeskGroup);
    }

    private void Office()
    {
        int desks = _r.NextInt(2, 5);
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
        int cases = _r.NextInt(2, 5);
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
        BedGroup(_r.Chance(0.4f));
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
        int tries = (int)(_density * _r.Next(1.5f, 6));
        for (int i = 0; i < tries; i++)
        {
            switch (_r.NextInt(0, 6))
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
        if (_r.Chance(probability * _density))
        {
            place();
        }
    }

    private void Wardrobe()
    {
        float w = _r.Next(0.9f, 2f), d = _r.Next(0.52f, 0.62f), h = MathF.Min(_r.Next(1.75f, 2.2f), _plan.Height - 0.15f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out _))
        {
            Furnishings.Cabinet(_b, _palette, at, w, d, h, false, "wardrobe", SurfaceKind.Shelf);
        }
    }

    private void Dresser()
    {
        float w = _r.Next(0.7f, 1.5f), d = _r.Next(0.4f, 0.5f), h = _r.Next(0.7f, 1.15f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out Placement wall))
        {
            Furnishings.Cabinet(_b, _palette, at, w, d, h, true, "dresser", SurfaceKind.Cabinet);
            if (_r.Chance(0.4f) && h + 1.15f < _plan.Height)
            {
                HangAt(wall, w * 0.7f, h + 0.25f, h + 1.05f, p => Furnishings.Mirror(_b, _palette, p, w * 0.6f, 0.65f));
            }
            else if (_r.Chance(0.25f) && h < 0.95f)
            {
                _b.Surfaces.RemoveAt(_b.Surfaces.Count - 1);
                Furnishings.Television(_b, _palette, at.At(new(0, 0, h + 0.02f)), MathF.Min(0.95f, w * 0.85f), true);
            }
        }
    }

    private void Sideboard()
    {
        float w = _r.Next(1.1f, 1.9f), d = _r.Next(0.38f, 0.48f), h = _r.Next(0.72f, 0.95f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out _))
        {
            Furnishings.Cabinet(_b, _palette, at, w, d, h, _r.Chance(0.3f), "sideboard", SurfaceKind.Cabinet);
        }
    }

    private void SideTable()
    {
        float w = _r.Next(0.4f, 0.7f);
        if (TryWall(w, w, 0.6f, 0.1f, out Placement at, out _))
        {
            Furnishings.Table(_b, _palette, at, w, w, _r.Next(0.45f, 0.65f), SurfaceKind.Bedside);
        }
    }

    private void Filing()
    {
        float w = _r.Next(0.42f, 0.9f), d = _r.Next(0.42f, 0.6f), h = _r.Next(0.9f, 1.5f);
        if (TryWall(w, d, h, 0.4f, out Placement at, out _))
        {
            Furnishings.Cabinet(_b, _palette, at, w, d, h, true, "filing cabinet", SurfaceKind.Cabinet);
        }
    }

    private void Bookcase()
    {
        float w = _r.Next(0.6f, 1.7f), h = _r.Chance(0.3f) ? _r.Next(0.8f, 1.2f) : MathF.Min(_r.Next(1.6f, 2.2f), _plan.Height - 0.2f);
        if (TryWall(w, 0.36f, h, 0.3f, out Placement at, out _))
        {
            Furnishings.Bookcase(_b, _palette, at, w, h);
        }
    }

    /// <summary>Counter with wall cabinets and a refrigerator.</summary>
    private void Kitchen()
    {
        float w = _r.Next(1.6f, 2.8f);
        if (!TryWall(w + 0.7f, 0.62f, 0.93f, 0.6f, out Placement at, out Placement wall))
        {
            return;
        }
        Furnishings.Cabinet(_b, _palette, at.At(new(-0.35f, 0, 0)), w, 0.6f, 0.88f, false, "counter", SurfaceKind.Cabinet);
        _b.Begin(SceneClass.Furniture, "refrigerator", at.At(new(w / 2 + 0.01f, 0, 0)));
        Material steel = _r.Chance(0.5f) ? _palette.White : _palette.Metal;
        _b.Soft(steel, new(0, 0.01f, 0.86f), new(0.64f, 0.6f, 1.7f), 0.02f);
        _b.Box(_palette.Black, new(0, -0.295f, 1.15f), new(0.64f, 0.012f, 0.008f));
        _b.Bar(_palette.Metal, new(-0.27f, -0.32f, 1.2f), new(-0.27f, -0.32f, 1.55f), 0.012f);
        if (_plan.Height > 2.25f)
        {
            HangAt(wall with { Origin = wall.ToWorld(new(-0.35f, 0, 0)) }, w, 1.4f, 2.1f, p =>
                Furnishings.Cabinet(_b, _palette, p.At(new(0, -0.17f, -0.35f)), w, 0.34f, 0.7f, false, "wall cabinet", SurfaceKind.Shelf));
        }
    }

    private bool Armchair()
    {
        float w = _r.Next(0.78f, 0.98f);
        if (!TryWall(w, 0.9f, 0.9f, 0.5f, out Placement at, out _))
        {
            return false;
        }
        Furnishings.Sofa(_b, _palette, at with { Yaw = at.Yaw + _r.Next(-0.15f, 0.15f) }, w);
        return true;
    }

    private bool Sofa(out Placement at)
    {
        float w = _r.Next(1.45f, 2.4f);
        for (int i = 0; i < 2; i++, w = 1.45f)
        {
            if (TryWall(w, 0.92f, 0.9f, 0.8f, out at, out _))
            {
                Furnishings.Sofa(_b, _palette, at, w);
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
            int wall = _r.NextInt(0, 3);
            float length = _plan.WallLength(wall);
            if (width > length - 0.1f)
            {
                continue;
            }
            float along = _r.Chance(0.3f)
                ? (_r.Chance(0.5f) ? width / 2 + 0.06f : length - width / 2 - 0.06f)
                : _r.Next(width / 2 + 0.05f, length - width / 2 - 0.05f);
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
        wallPoint = _plan.OnWall(wall, along);
        at = wallPoint.At(new(0, -depth / 2 - 0.02f, 0));
        Placement zone = wallPoint.At(new(0, -(depth + front) / 2 - 0.02f, 0));
        // A place in front of a window is fine for what stays below the sill.
        if (!_plan.IsFree(at, width, depth) || !_plan.IsFree(zone, width * 0.7f, depth + front) || !_plan.TryHang(wall, along, width, 0, height))
        {
            return false;
        }
        _plan.Mark(zone, width, depth + front, solid: false);
        _plan.Mark(at, width, depth, solid: true);
        return true;
    }

    /// <summary>Hangs something on the wall behind a wall point, if the wall is free there.</summary>
    private bool HangAt(Placement wallPoint, float width, float bottom, float top, Action<Placement> build)
    {
        int wall = NearestWall(wallPoint);
        Vector3 o = wallPoint.Origin;
        float along = wall switch { 0 => _plan.Width - o.X, 1 => _plan.Depth - o.Y, 2 => o.X, _ => o.Y };
        if (!_plan.TryHang(wall, along, width, bottom, top))
        {
            return false;
        }
        build(_plan.OnWall(wall, along, (bottom + top) / 2));
        return true;
    }

    private int NearestWall(Placement p)
    {
        Vector3 o = p.Origin;
        ReadOnlySpan<float> distances = [o.Y, _plan.Width - o.X, _plan.Depth - o.Y, o.X];
        int best = 0;
        for (int i = 1; i < 4; i++)
        {
            best = distances[i] < distances[best] ? i : best;
        }
        return best;
    }
}
