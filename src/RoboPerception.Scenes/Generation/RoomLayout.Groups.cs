using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Things that belong together, the middle of the room, and walls.</content>
internal sealed partial class RoomLayout
{
    private void BedGroup(bool single)
    {
        float width = single ? r.Next(0.9f, 1.1f) : r.Next(1.35f, 1.8f), length = r.Next(1.95f, 2.1f);
        float head = 1.25f;
        if (!TryWall(width, length + 0.04f, head, 0.3f, out Placement at, out Placement wall)
            && !TryWall(width = 0.9f, length + 0.04f, head, 0.1f, out at, out wall))
        {
            return;
        }
        Furnishings.Bed(b, palette, at, width, length);
        bool drawers = r.Chance(0.7f);
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            float w = r.Next(0.38f, 0.5f), d = 0.4f, h = r.Next(0.42f, 0.62f);
            Placement stand = wall.At(new(side * (width / 2 + w / 2 + 0.06f), -d / 2 - 0.02f, 0));
            if (r.Chance(0.8f) && plan.TryTake(stand, w, d))
            {
                Furnishings.Cabinet(b, palette, stand, w, d, h, drawers, "night stand", SurfaceKind.Bedside);
            }
        }
        if (r.Chance(0.4f))
        {
            Furnishings.Rug(b, palette, Inside(at.At(new(0, -length * 0.25f, 0)), width + 1, 1.6f, out float w, out float d), w, d);
        }
    }

    private void DeskGroup()
    {
        float w = r.Next(1.0f, 1.7f), d = r.Next(0.6f, 0.75f);
        if (!TryWall(w, d, 0.78f, 0.85f, out Placement at, out Placement wall))
        {
            return;
        }
        Furnishings.Desk(b, palette, at, w, d);
        Placement chair = at.At(new(r.Next(-0.15f, 0.15f), -d / 2 - r.Next(0.2f, 0.5f), 0), MathF.PI + r.Next(-0.6f, 0.6f));
        if (r.Chance(0.9f))
        {
            plan.Mark(chair, 0.55f, 0.55f, solid: true);
            if (r.Chance(0.7f))
            {
                Furnishings.OfficeChair(b, palette, chair);
            }
            else
            {
                Furnishings.Chair(b, palette, chair, ChairStyle.Draw(r, palette));
            }
        }
        if (r.Chance(0.45f))
        {
            HangAt(wall, w * 0.9f, 1.25f, 1.65f, p => Furnishings.WallShelf(b, palette, p.At(new(0, 0, -0.15f)), w * 0.8f));
        }
    }

    private bool TelevisionBench()
    {
        float w = r.Next(1.2f, 1.9f), h = r.Next(0.42f, 0.6f);
        if (!TryWall(w, 0.44f, h + 0.75f, 0.6f, out Placement at, out _))
        {
            return false;
        }
        BuildBench(at, w, h);
        return true;
    }

    private void BuildBench(Placement at, float w, float h)
    {
        Furnishings.Cabinet(b, palette, at, w, 0.42f, h, r.Chance(0.5f), "television bench", SurfaceKind.Cabinet);
        b.Surfaces.RemoveAt(b.Surfaces.Count - 1);
        Furnishings.Television(b, palette, at.At(new(0, 0.02f, h + 0.02f)), MathF.Min(w * r.Next(0.65f, 0.88f), 1.35f), true);
    }

    private bool TelevisionOnWall()
    {
        for (int attempt = 0; attempt < 10; attempt++)
        {
            int wall = r.NextInt(0, 3);
            float along = r.Next(0.8f, plan.WallLength(wall) - 0.8f), w = r.Next(0.9f, 1.3f);
            if (plan.TryHang(wall, along, w + 0.1f, 1.05f, 1.85f))
            {
                Furnishings.Television(b, palette, plan.OnWall(wall, along, 1.45f).At(new(0, -0.035f, 0)), w, false);
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
            int wall = r.NextInt(0, 3);
            float length = plan.WallLength(wall), across = plan.WallLength(wall + 1 & 3);
            float bench = MathF.Min(r.Next(1.2f, 1.9f), length - 0.3f), sofa = MathF.Min(r.Next(1.5f, 2.4f), length - 0.3f);
            float along = r.Next(MathF.Max(bench, sofa) / 2 + 0.1f, length - MathF.Max(bench, sofa) / 2 - 0.1f);
            float distance = across < 4.6f ? across - 0.5f : r.Next(2.6f, 3.6f);
            Placement wallPoint = plan.OnWall(wall, along);
            Placement seat = wallPoint.At(new(0, -distance, 0), MathF.PI);
            float h = r.Next(0.42f, 0.58f);
            if (!plan.IsFree(seat, sofa, 0.9f) || !TryWallAt(wall, along, bench, 0.44f, h + 0.7f, 0.5f, out Placement at, out _))
            {
                continue;
            }
            BuildBench(at, bench, h);
            plan.Mark(seat, sofa, 0.9f, solid: true);
            if (across < 4.6f)
            {
                plan.Cover((wall + 2) & 3, length - along, sofa, 0, 0.92f);
            }
            Furnishings.Sofa(b, palette, seat, sofa);
            float gap = distance - 0.44f - 0.45f;
            if (gap > 1.5f && r.Chance(0.85f))
            {
                float w = r.Next(0.7f, 1.2f), d = r.Chance(0.3f) ? w : r.Next(0.5f, 0.65f);
                d = MathF.Min(d, gap - 1);
                Placement table = seat.At(new(0, -0.45f - 0.42f - d / 2, 0));
                plan.Mark(table, w, d, solid: true);
                Furnishings.Table(b, palette, table, w, d, r.Next(0.36f, 0.48f), SurfaceKind.Coffee);
                if (r.Chance(0.65f))
                {
                    Furnishings.Rug(b, palette, Inside(table, r.Next(1.8f, 2.6f), r.Next(1.4f, 1.9f), out float rw, out float rd), rw, rd);
                }
            }
            Placement lamp = seat.At(new(sofa / 2 + 0.3f, 0.2f, 0));
            if (r.Chance(0.45f) && plan.TryTake(lamp, 0.36f, 0.36f))
            {
                Furnishings.FloorLamp(b, palette, lamp);
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
            float w = size * r.Next(1.1f, 2.1f), d = r.Chance(0.3f) ? w : size * r.Next(0.8f, 1.05f);
            w = MathF.Max(w, 0.75f);
            d = Math.Clamp(d, 0.7f, 1.4f);
            w = MathF.Abs(w - d) < 0.15f ? d : w;
            float yaw = r.NextInt(0, 3) * MathF.PI / 2 + (r.Chance(0.2f) ? r.Next(-0.3f, 0.3f) : 0);
            var at = new Placement(new(r.Next(0.9f, plan.Width - 0.9f), r.Next(0.9f, plan.Depth - 0.9f), 0), yaw);
            if (!plan.TryTake(at, w + 1.2f, d + 1.2f, solid: false))
            {
                continue;
            }
            if (r.Chance(0.35f))
            {
                Furnishings.Rug(b, palette, Inside(at, w + 1.1f, d + 1.1f, out float rw, out float rd), rw, rd);
            }
            Furnishings.Table(b, palette, at, w, d, r.Next(0.71f, 0.78f), SurfaceKind.Dining);
            plan.Mark(at, w, d, solid: true);
            ChairStyle style = ChairStyle.Draw(r, palette);
            int side = Math.Max(1, (int)(w / 0.62f));
            for (int i = 0; i < side; i++)
            {
                float x = (i - (side - 1) / 2f) * w / side;
                ChairAt(at.At(new(x, -d / 2 - Out(), 0), MathF.PI), style);
                ChairAt(at.At(new(x, d / 2 + Out(), 0)), style);
            }
            if (w > 1 && r.Chance(0.7f))
            {
                ChairAt(at.At(new(w / 2 + Out(), 0, 0), -MathF.PI / 2), style);
                ChairAt(at.At(new(-w / 2 - Out(), 0, 0), MathF.PI / 2), style);
            }
            return;
        }

        float Out() => r.Next(-0.02f, 0.28f);
    }

    private void ChairAt(Placement at, ChairStyle style)
    {
        if (r.Chance(0.9f))
        {
            Placement turned = at with { Yaw = at.Yaw + (r.Chance(0.3f) ? r.Next(-0.7f, 0.7f) : r.Next(-0.1f, 0.1f)) };
            plan.Mark(turned, style.Width + 0.04f, 0.52f, solid: true);
            Furnishings.Chair(b, palette, turned, style);
        }
    }

    /// <summary>Lamps, plants and things on the floor, wherever there is room.</summary>
    private void Extras()
    {
        int things = r.NextInt(3, 9);
        for (int i = 0; i < things; i++)
        {
            float size = 0.46f;
            if (!TryWall(size, size, 0.5f, 0.15f, out Placement at, out _))
            {
                continue;
            }
            at = at with { Yaw = at.Yaw + r.Next(-0.5f, 0.5f) };
            switch (r.NextInt(0, 6))
            {
                case 0:
                    Furnishings.FloorLamp(b, palette, at);
                    break;
                case 1:
                case 2:
                    Furnishings.Plant(b, palette, at);
                    break;
                case 3:
                    Furnishings.Stool(b, palette, at);
                    break;
                default:
                    Furnishings.FloorThing(b, palette, at);
                    break;
            }
        }
        if (r.Chance(0.2f))
        {
            var middle = new Placement(new(plan.Width / 2, plan.Depth / 2, 0), 0);
            Furnishings.Rug(b, palette, Inside(middle, plan.Width * 0.5f, plan.Depth * 0.5f, out float w, out float d), w, d);
        }
    }

    private void Walls(RoomKind kind)
    {
        if (kind is RoomKind.Office or RoomKind.Study && r.Chance(0.5f))
        {
            Hang(r.Next(1.2f, 1.8f), 1, 1.0f, (p, w, _) => Furnishings.Whiteboard(b, palette, p, w - 0.1f));
        }
        if (kind is RoomKind.Bedroom or RoomKind.Dining && r.Chance(0.4f))
        {
            TelevisionOnWall();
        }
        int shelves = r.Chance(0.35f) ? r.NextInt(1, 3) : 0;
        for (int i = 0; i < shelves; i++)
        {
            Hang(r.Next(0.6f, 1.1f), 0.42f, r.Next(1.2f, 1.6f), (p, w, h) => Furnishings.WallShelf(b, palette, p.At(new(0, 0, -h / 2 + 0.05f)), w));
        }
        int pictures = r.NextInt(3, 9);
        float line = r.Next(1.3f, 1.65f);
        for (int i = 0; i < pictures; i++)
        {
            float w = r.Next(0.25f, 1.1f), h = r.Chance(0.5f) ? w * r.Next(0.65f, 0.8f) : MathF.Min(w * r.Next(1.2f, 1.4f), 1.1f);
            Hang(w + 0.2f, h + 0.15f, line - h / 2, (p, _, _) => Furnishings.Picture(b, palette, p, w, h));
        }
        if (r.Chance(0.3f))
        {
            Hang(0.5f, 0.5f, 1.6f, (p, _, _) => Furnishings.Clock(b, palette, p));
        }
        if (r.Chance(0.15f))
        {
            float w = r.Next(0.4f, 0.8f);
            Hang(w + 0.1f, 1.0f, 0.9f, (p, _, _) => Furnishings.Mirror(b, palette, p, w, 0.85f));
        }
    }

    private void Hang(float width, float height, float bottom, Action<Placement, float, float> build)
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            int wall = r.NextInt(0, 3);
            float along = r.Next(width / 2, plan.WallLength(wall) - width / 2);
            if (plan.TryHang(wall, along, width, bottom, bottom + height))
            {
                build(plan.OnWall(wall, along, bottom + height / 2), width, height);
                return;
            }
        }
    }

    private void CeilingLamps(bool office)
    {
        float w = plan.Width, d = plan.Depth;
        int count = office ? Math.Max(1, (int)(w * d / 9)) : w * d > 22 ? 2 : 1;
        bool along = w > d;
        for (int i = 0; i < count; i++)
        {
            float t = (i + 0.5f) / count;
            var at = new Vector3(along ? w * t : w * 0.5f, along ? d * 0.5f : d * t, plan.Height);
            Furnishings.CeilingLamp(b, palette, new(at, along ? 0 : MathF.PI / 2), office);
        }
    }

    /// <summary>Shrinks and shifts a rug so that it stays between the walls.</summary>
    private Placement Inside(Placement at, float width, float depth, out float w, out float d)
    {
        Rotation f = at.Frame;
        (w, d) = (width, depth);
        float rx = (MathF.Abs(f.X.X) * w + MathF.Abs(f.Y.X) * d) / 2, ry = (MathF.Abs(f.X.Y) * w + MathF.Abs(f.Y.Y) * d) / 2;
        float scale = MathF.Min(1, MathF.Min((plan.Width - 0.1f) / (2 * rx), (plan.Depth - 0.1f) / (2 * ry)));
        (w, d, rx, ry) = (w * scale, d * scale, rx * scale, ry * scale);
        Vector3 o = at.Origin;
        return at with
        {
            Origin = new(Math.Clamp(o.X, rx + 0.02f, MathF.Max(rx + 0.02f, plan.Width - rx - 0.02f)), Math.Clamp(o.Y, ry + 0.02f, MathF.Max(ry + 0.02f, plan.Depth - ry - 0.02f)), 0),
        };
    }
}
