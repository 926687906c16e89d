using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Things that belong together, the middle of the room, and walls.</content>
internal sealed partial class RoomLayout
{
    private void BedGroup(bool single)
    {
        float width = single ? _r.Next(0.9f, 1.1f) : _r.Next(1.35f, 1.8f), length = _r.Next(1.95f, 2.1f);
        float head = 1.25f;
        if (!TryWall(width, length + 0.04f, head, 0.3f, out Placement at, out Placement wall)
            && !TryWall(width = 0.9f, length + 0.04f, head, 0.1f, out at, out wall))
        {
            return;
        }
        Furnishings.Bed(_b, _palette, at, width, length);
        bool drawers = _r.Chance(0.7f);
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            float w = _r.Next(0.38f, 0.5f), d = 0.4f, h = _r.Next(0.42f, 0.62f);
            Placement stand = wall.At(new(side * (width / 2 + w / 2 + 0.06f), -d / 2 - 0.02f, 0));
            if (_r.Chance(0.8f) && _plan.TryTake(stand, w, d))
            {
                Furnishings.Cabinet(_b, _palette, stand, w, d, h, drawers, "night stand", SurfaceKind.Bedside);
            }
        }
        if (_r.Chance(0.4f))
        {
            Furnishings.Rug(_b, _palette, Inside(at.At(new(0, -length * 0.25f, 0)), width + 1, 1.6f, out float w, out float d), w, d);
        }
    }

    private void DeskGroup()
    {
        float w = _r.Next(1.0f, 1.7f), d = _r.Next(0.6f, 0.75f);
        if (!TryWall(w, d, 0.78f, 0.85f, out Placement at, out Placement wall))
        {
            return;
        }
        Furnishings.Desk(_b, _palette, at, w, d);
        Placement chair = at.At(new(_r.Next(-0.15f, 0.15f), -d / 2 - _r.Next(0.2f, 0.5f), 0), MathF.PI + _r.Next(-0.6f, 0.6f));
        if (_r.Chance(0.9f))
        {
            _plan.Mark(chair, 0.55f, 0.55f, solid: true);
            if (_r.Chance(0.7f))
            {
                Furnishings.OfficeChair(_b, _palette, chair);
            }
            else
            {
                Furnishings.Chair(_b, _palette, chair, ChairStyle.Draw(_r, _palette));
            }
        }
        if (_r.Chance(0.45f))
        {
            HangAt(wall, w * 0.9f, 1.25f, 1.65f, p => Furnishings.WallShelf(_b, _palette, p.At(new(0, 0, -0.15f)), w * 0.8f));
        }
    }

    private bool TelevisionBench()
    {
        float w = _r.Next(1.2f, 1.9f), h = _r.Next(0.42f, 0.6f);
        if (!TryWall(w, 0.44f, h + 0.75f, 0.6f, out Placement at, out _))
        {
            return false;
        }
        BuildBench(at, w, h);
        return true;
    }

    private void BuildBench(Placement at, float w, float h)
    {
        Furnishings.Cabinet(_b, _palette, at, w, 0.42f, h, _r.Chance(0.5f), "television bench", SurfaceKind.Cabinet);
        _b.Surfaces.RemoveAt(_b.Surfaces.Count - 1);
        Furnishings.Television(_b, _palette, at.At(new(0, 0.02f, h + 0.02f)), MathF.Min(w * _r.Next(0.65f, 0.88f), 1.35f), true);
    }

    private bool TelevisionOnWall()
    {
        for (int attempt = 0; attempt < 10; attempt++)
        {
            int wall = _r.NextInt(0, 3);
            float along = _r.Next(0.8f, _plan.WallLength(wall) - 0.8f), w = _r.Next(0.9f, 1.3f);
            if (_plan.TryHang(wall, along, w + 0.1f, 1.05f, 1.85f))
            {
                Furnishings.Television(_b, _palette, _plan.OnWall(wall, along, 1.45f).At(new(0, -0.035f, 0)), w, false);
                return true;
            }
        }
        return false;
    }

    /// <summary>A television and a sofa that face each other, a coffee table between them.</summary>
    private void SofaGroup()
    {
        for (int attempt = 0; attempt < 14; attempt++)
        {
            int wall = _r.NextInt(0, 3);
            float length = _plan.WallLength(wall), across = _plan.WallLength(wall + 1 & 3);
            float bench = MathF.Min(_r.Next(1.2f, 1.9f), length - 0.3f), sofa = MathF.Min(_r.Next(1.5f, 2.4f), length - 0.3f);
            float along = _r.Next(MathF.Max(bench, sofa) / 2 + 0.1f, length - MathF.Max(bench, sofa) / 2 - 0.1f);
            float distance = across < 4.6f ? across - 0.5f : _r.Next(2.6f, 3.6f);
            Placement wallPoint = _plan.OnWall(wall, along);
            Placement seat = wallPoint.At(new(0, -distance, 0), MathF.PI);
            float h = _r.Next(0.42f, 0.58f);
            if (!_plan.IsFree(seat, sofa, 0.9f) || !TryWallAt(wall, along, bench, 0.44f, h + 0.7f, 0.5f, out Placement at, out _))
            {
                continue;
            }
            BuildBench(at, bench, h);
            _plan.Mark(seat, sofa, 0.9f, solid: true);
            if (across < 4.6f)
            {
                _plan.Cover((wall + 2) & 3, length - along, sofa, 0, 0.92f);
            }
            Furnishings.Sofa(_b, _palette, seat, sofa);
            float gap = distance - 0.44f - 0.45f;
            if (gap > 1.5f && _r.Chance(0.85f))
            {
                float w = _r.Next(0.7f, 1.2f), d = _r.Chance(0.3f) ? w : _r.Next(0.5f, 0.65f);
                d = MathF.Min(d, gap - 1);
                Placement table = seat.At(new(0, -0.45f - 0.42f - d / 2, 0));
                _plan.Mark(table, w, d, solid: true);
                Furnishings.Table(_b, _palette, table, w, d, _r.Next(0.36f, 0.48f), SurfaceKind.Coffee);
                if (_r.Chance(0.65f))
                {
                    Furnishings.Rug(_b, _palette, Inside(table, _r.Next(1.8f, 2.6f), _r.Next(1.4f, 1.9f), out float rw, out float rd), rw, rd);
                }
            }
            Placement lamp = seat.At(new(sofa / 2 + 0.3f, 0.2f, 0));
            if (_r.Chance(0.45f) && _plan.TryTake(lamp, 0.36f, 0.36f))
            {
                Furnishings.FloorLamp(_b, _palette, lamp);
            }
            return;
        }
        if (Sofa(out _))
        {
            TelevisionOnWall();
        }
    }

    /// <summary>A table with chairs around it, anywhere in the room.</summary>
    private void TableGroup(float size)
    {
        for (int attempt = 0; attempt < 24; attempt++, size = MathF.Max(0.5f, size * 0.95f))
        {
            float w = size * _r.Next(1.1f, 2.1f), d = _r.Chance(0.3f) ? w : size * _r.Next(0.8f, 1.05f);
            w = MathF.Max(w, 0.75f);
            d = Math.Clamp(d, 0.7f, 1.4f);
            w = MathF.Abs(w - d) < 0.15f ? d : w;
            float yaw = _r.NextInt(0, 3) * MathF.PI / 2 + (_r.Chance(0.2f) ? _r.Next(-0.3f, 0.3f) : 0);
            var at = new Placement(new(_r.Next(0.9f, _plan.Width - 0.9f), _r.Next(0.9f, _plan.Depth - 0.9f), 0), yaw);
            if (!_plan.TryTake(at, w + 1.2f, d + 1.2f, solid: false))
            {
                continue;
            }
            if (_r.Chance(0.35f))
            {
                Furnishings.Rug(_b, _palette, Inside(at, w + 1.1f, d + 1.1f, out float rw, out float rd), rw, rd);
            }
            Furnishings.Table(_b, _palette, at, w, d, _r.Next(0.71f, 0.78f), SurfaceKind.Dining);
            _plan.Mark(at, w, d, solid: true);
            ChairStyle style = ChairStyle.Draw(_r, _palette);
            int side = Math.Max(1, (int)(w / 0.62f));
            for (int i = 0; i < side; i++)
            {
                float x = (i - (side - 1) / 2f) * w / side;
                ChairAt(at.At(new(x, -d / 2 - Out(), 0), MathF.PI), style);
                ChairAt(at.At(new(x, d / 2 + Out(), 0)), style);
            }
            if (w > 1 && _r.Chance(0.7f))
            {
                ChairAt(at.At(new(w / 2 + Out(), 0, 0), -MathF.PI / 2), style);
                ChairAt(at.At(new(-w / 2 - Out(), 0, 0), MathF.PI / 2), style);
            }
            return;
        }

        float Out() => _r.Next(-0.02f, 0.28f);
    }

    private void ChairAt(Placement at, ChairStyle style)
    {
        if (_r.Chance(0.9f))
        {
            Placement turned = at with { Yaw = at.Yaw + (_r.Chance(0.3f) ? _r.Next(-0.7f, 0.7f) : _r.Next(-0.1f, 0.1f)) };
            _plan.Mark(turned, style.Width + 0.04f, 0.52f, solid: true);
            Furnishings.Chair(_b, _palette, turned, style);
        }
    }

    /// <summary>Lamps, plants and things on the floor, wherever there is room.</summary>
    private void Extras()
    {
        int things = _r.NextInt(3, 9);
        for (int i = 0; i < things; i++)
        {
            float size = 0.46f;
            if (!TryWall(size, size, 0.5f, 0.15f, out Placement at, out _))
            {
                continue;
            }
            at = at with { Yaw = at.Yaw + _r.Next(-0.5f, 0.5f) };
            switch (_r.NextInt(0, 6))
            {
                case 0:
                    Furnishings.FloorLamp(_b, _palette, at);
                    break;
                case 1:
                case 2:
                    Furnishings.Plant(_b, _palette, at);
                    break;
                case 3:
                    Furnishings.Stool(_b, _palette, at);
                    break;
                default:
                    Furnishings.FloorThing(_b, _palette, at);
                    break;
            }
        }
        if (_r.Chance(0.2f))
        {
            var middle = new Placement(new(_plan.Width / 2, _plan.Depth / 2, 0), 0);
            Furnishings.Rug(_b, _palette, Inside(middle, _plan.Width * 0.5f, _plan.Depth * 0.5f, out float w, out float d), w, d);
        }
    }

    private void Walls(RoomKind kind)
    {
        if (kind is RoomKind.Office or RoomKind.Study && _r.Chance(0.5f))
        {
            Hang(_r.Next(1.2f, 1.8f), 1, 1.0f, (p, w, _) => Furnishings.Whiteboard(_b, _palette, p, w - 0.1f));
        }
        if (kind is RoomKind.Bedroom or RoomKind.Dining && _r.Chance(0.4f))
        {
            TelevisionOnWall();
        }
        int shelves = _r.Chance(0.35f) ? _r.NextInt(1, 3) : 0;
        for (int i = 0; i < shelves; i++)
        {
            Hang(_r.Next(0.6f, 1.1f), 0.42f, _r.Next(1.2f, 1.6f), (p, w, h) => Furnishings.WallShelf(_b, _palette, p.At(new(0, 0, -h / 2 + 0.05f)), w));
        }
        int pictures = _r.NextInt(3, 9);
        float line = _r.Next(1.3f, 1.65f);
        for (int i = 0; i < pictures; i++)
        {
            float w = _r.Next(0.25f, 1.1f), h = _r.Chance(0.5f) ? w * _r.Next(0.65f, 0.8f) : MathF.Min(w * _r.Next(1.2f, 1.4f), 1.1f);
            Hang(w + 0.2f, h + 0.15f, line - h / 2, (p, _, _) => Furnishings.Picture(_b, _palette, p, w, h));
        }
        if (_r.Chance(0.3f))
        {
            Hang(0.5f, 0.5f, 1.6f, (p, _, _) => Furnishings.Clock(_b, _palette, p));
        }
        if (_r.Chance(0.15f))
        {
            float w = _r.Next(0.4f, 0.8f);
            Hang(w + 0.1f, 1.0f, 0.9f, (p, _, _) => Furnishings.Mirror(_b, _palette, p, w, 0.85f));
        }
    }

    private void Hang(float width, float height, float bottom, Action<Placement, float, float> build)
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            int wall = _r.NextInt(0, 3);
            float along = _r.Next(width / 2, _plan.WallLength(wall) - width / 2);
            if (_plan.TryHang(wall, along, width, bottom, bottom + height))
            {
                build(_plan.OnWall(wall, along, bottom + height / 2), width, height);
                return;
            }
        }
    }

    private void CeilingLamps(bool office)
    {
        float w = _plan.Width, d = _plan.Depth;
        int count = office ? Math.Max(1, (int)(w * d / 9)) : w * d > 22 ? 2 : 1;
        bool along = w > d;
        for (int i = 0; i < count; i++)
        {
            float t = (i + 0.5f) / count;
            var at = new Vector3(along ? w * t : w * 0.5f, along ? d * 0.5f : d * t, _plan.Height);
            Furnishings.CeilingLamp(_b, _palette, new(at, along ? 0 : MathF.PI / 2), office);
        }
    }

    /// <summary>Shrinks and shifts a rug so that it stays between the walls.</summary>
    private Placement Inside(Placement at, float width, float depth, out float w, out float d)
    {
        Rotation f = at.Frame;
        (w, d) = (width, depth);
        float rx = (MathF.Abs(f.X.X) * w + MathF.Abs(f.Y.X) * d) / 2, ry = (MathF.Abs(f.X.Y) * w + MathF.Abs(f.Y.Y) * d) / 2;
        float scale = MathF.Min(1, MathF.Min((_plan.Width - 0.1f) / (2 * rx), (_plan.Depth - 0.1f) / (2 * ry)));
        (w, d, rx, ry) = (w * scale, d * scale, rx * scale, ry * scale);
        Vector3 o = at.Origin;
        return at with
        {
            Origin = new(Math.Clamp(o.X, rx + 0.02f, MathF.Max(rx + 0.02f, _plan.Width - rx - 0.02f)), Math.Clamp(o.Y, ry + 0.02f, MathF.Max(ry + 0.02f, _plan.Depth - ry - 0.02f)), 0),
        };
    }
}
