using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>Walls with their openings, floor, ceiling, windows and doors.</summary>
internal sealed class RoomShell
{
    private const float Thickness = 0.16f;

    private readonly RoomBuilder b;
    private readonly Palette palette;
    private readonly FloorPlan plan;
    private readonly List<Opening>[] openings = [[], [], [], []];

    private sealed record Opening(float Middle, float Width, float Bottom, float Top, bool Door);

    private RoomShell(RoomBuilder b, Palette palette, FloorPlan plan) => (this.b, this.palette, this.plan) = (b, palette, plan);

    /// <summary>Builds the shell; places of doors stay free of furniture.</summary>
    /// <param name="b">Where parts go.</param>
    /// <param name="palette">Materials.</param>
    /// <param name="plan">Floor and walls.</param>
    /// <param name="daylight">Brightness of the world outside, 0 at night.</param>
    public static void Build(RoomBuilder b, Palette palette, FloorPlan plan, float daylight)
    {
        var shell = new RoomShell(b, palette, plan);
        shell.PlaceOpenings();
        shell.Surfaces();
        int sunny = b.Random.Chance(0.45f) ? b.Random.NextInt(0, 3) : -1;
        for (int wall = 0; wall < 4; wall++)
        {
            shell.Wall(wall);
            foreach (Opening opening in shell.openings[wall])
            {
                if (opening.Door)
                {
                    shell.Door(wall, opening);
                }
                else
                {
                    shell.Window(wall, opening, daylight, wall == sunny);
                }
            }
        }
    }

    private void PlaceOpenings()
    {
        SceneRandom r = b.Random;
        int doors = r.Chance(0.25f) ? 2 : 1;
        for (int i = 0, attempts = 0; i < doors && attempts < 20; attempts++)
        {
            int wall = r.NextInt(0, 3);
            float width = r.Next(0.8f, 0.95f), along = r.Next(0.6f, plan.WallLength(wall) - 0.6f);
            if (r.Chance(0.5f))
            {
                along = r.Chance(0.5f) ? 0.65f : plan.WallLength(wall) - 0.65f;
            }
            float top = MathF.Min(r.Next(2.0f, 2.15f), plan.Height - 0.12f);
            if (plan.TryHang(wall, along, width + 0.2f, 0, top + 0.1f))
            {
                openings[wall].Add(new(along, width, 0, top, true));
                Placement at = plan.OnWall(wall, along);
                plan.Mark(at.At(new(0, -0.45f, 0)), width + 0.1f, 0.9f, solid: false);
                i++;
            }
        }
        int windows = r.NextInt(1, 3), light = r.NextInt(0, 3);
        for (int i = 0; i < windows; i++)
        {
            int wall = r.Chance(0.65f) ? light : (light + r.NextInt(1, 3)) % 4;
            float width = r.Next(0.8f, MathF.Min(2.2f, plan.WallLength(wall) * 0.45f));
            float sill = r.Chance(0.15f) ? 0.12f : r.Next(0.75f, 1.0f);
            float top = MathF.Min(plan.Height - r.Next(0.15f, 0.35f), r.Next(1.9f, 2.35f));
            for (int attempt = 0; attempt < 8; attempt++)
            {
                float along = r.Next(width / 2 + 0.25f, plan.WallLength(wall) - width / 2 - 0.25f);
                if (plan.TryHang(wall, along, width + 0.5f, sill - 0.06f, top + 0.1f))
                {
                    openings[wall].Add(new(along, width, sill, top, false));
                    break;
                }
            }
        }
    }

    private void Surfaces()
    {
        float w = plan.Width, d = plan.Depth, h = plan.Height;
        var middle = new Placement(new(w / 2, d / 2, 0), 0);
        b.Begin(SceneClass.Floor, "floor", middle);
        Material floor = palette.Floor;
        // Boards may run either way: the slab is turned, not the pattern.
        bool turned = b.Random.Chance(0.5f);
        float big = 2 * Thickness;
        b.Box(floor, new(0, 0, -0.1f), turned ? new(d + big, w + big, 0.2f) : new(w + big, d + big, 0.2f), turned ? Rotation.AboutZ(MathF.PI / 2) : Rotation.Identity);
        b.Begin(SceneClass.Ceiling, "ceiling", middle);
        b.Box(palette.Ceiling, new(0, 0, h + 0.1f), new(w + big, d + big, 0.2f));
        if (b.Random.Chance(0.12f))
        {
            int beams = b.Random.NextInt(2, 4);
            Material wood = palette.Wood();
            for (int i = 0; i < beams; i++)
            {
                b.Box(wood, new((i + 0.5f) * w / beams - w / 2, 0, h - 0.02f), new(0.16f, d, 0.22f));
            }
        }
    }

    private void Wall(int wall)
    {
        float length = plan.WallLength(wall), h = plan.Height;
        Material paint = wall == 2 ? palette.AccentWall : palette.Wall;
        Placement origin = plan.OnWall(wall, 0);
        b.Begin(SceneClass.Wall, "wall", origin);
        float from = -Thickness;
        List<Opening> openings = this.openings[wall];
        openings.Sort((a, b) => a.Middle.CompareTo(b.Middle));
        void Piece(float left, float right, float low, float high)
        {
            if (right > left + 1e-3f && high > low + 1e-3f)
            {
                b.Box(paint, new((left + right) / 2, Thickness / 2, (low + high) / 2), new(right - left, Thickness, high - low));
            }
        }
        bool skirting = b.Random.Chance(0.85f);
        foreach (Opening o in openings)
        {
            float left = o.Middle - o.Width / 2, right = o.Middle + o.Width / 2;
            Piece(from, left, 0, h);
            Piece(left, right, 0, o.Bottom);
            Piece(left, right, o.Top, h);
            from = right;
        }
        Piece(from, length + Thickness, 0, h);
        if (skirting)
        {
            float start = 0;
            foreach (Opening o in openings)
            {
                if (o.Door)
                {
                    b.Box(palette.Trim, new((start + o.Middle - o.Width / 2 - 0.06f) / 2, -0.007f, 0.04f), new(MathF.Max(0.01f, o.Middle - o.Width / 2 - 0.06f - start), 0.014f, 0.08f));
                    start = o.Middle + o.Width / 2 + 0.06f;
                }
            }
            b.Box(palette.Trim, new((start + length) / 2, -0.007f, 0.04f), new(MathF.Max(0.01f, length - start), 0.014f, 0.08f));
        }
    }

    private void Door(int wall, Opening o)
    {
        SceneRandom r = b.Random;
        Placement at = plan.OnWall(wall, o.Middle);
        Material leaf = r.Chance(0.6f) ? palette.Trim : palette.Wood();
        b.Begin(SceneClass.Wall, "door", at);
        float w = o.Width, top = o.Top;
        b.Box(leaf, new(0, 0.06f, top / 2), new(w, 0.04f, top));
        b.Box(palette.Black, new(0, 0.15f, top / 2), new(w + 0.1f, 0.02f, top + 0.1f));
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            b.Box(palette.Trim, new(side * (w / 2 + 0.02f), -0.012f, top / 2 + 0.02f), new(0.08f, 0.024f, top + 0.1f));
        }
        b.Box(palette.Trim, new(0, -0.012f, top + 0.03f), new(w + 0.12f, 0.024f, 0.08f));
        int panels = r.NextInt(0, 3);
        for (int i = 0; i < panels; i++)
        {
            float h = (top - 0.25f) / panels;
            b.Box(leaf, new(0, 0.036f, 0.15f + (i + 0.5f) * h), new(w * 0.62f, 0.02f, h - 0.14f));
        }
        b.Bar(palette.Metal, new(w / 2 - 0.07f, 0.04f, 1.02f), new(w / 2 - 0.07f, -0.02f, 1.02f), 0.012f);
        b.Bar(palette.Metal, new(w / 2 - 0.07f, -0.02f, 1.02f), new(w / 2 - 0.19f, -0.02f, 1.02f), 0.009f);
    }

    private void Window(int wall, Opening o, float daylight, bool sunny)
    {
        SceneRandom r = b.Random;
        float w = o.Width, h = o.Top - o.Bottom, z = (o.Top + o.Bottom) / 2;
        Placement at = plan.OnWall(wall, o.Middle);
        b.Begin(SceneClass.Window, "window", at);
        Material trim = palette.Trim;
        var sky = new Vector3(0.92f, 0.98f, 1.08f) * daylight;
        b.Box(new(SurfacePattern.Outdoors, new(0.02f), new(0.02f), Emission: sky), new(0, 0.1f, z), new(w, 0.03f, h));
        const float Frame = 0.055f;
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            b.Box(trim, new(side * (w - Frame) / 2, 0.065f, z), new(Frame, 0.05f, h));
            b.Box(trim, new(0, 0.065f, z + side * (h - Frame) / 2), new(w, 0.05f, Frame));
        }
        int columns = Math.Max(1, (int)MathF.Round(w / 0.75f)), rows = r.Chance(0.35f) ? 2 : 1;
        for (int i = 1; i < columns; i++)
        {
            b.Box(trim, new(i * w / columns - w / 2, 0.068f, z), new(0.045f, 0.04f, h));
        }
        if (rows == 2)
        {
            b.Box(trim, new(0, 0.068f, z + h * 0.12f), new(w, 0.04f, 0.035f));
        }
        if (o.Bottom > 0.3f)
        {
            b.Box(trim, new(0, 0.01f, o.Bottom - 0.015f), new(w + 0.1f, 0.16f, 0.03f));
            if (r.Chance(0.45f))
            {
                b.Offer(new(0, 0, o.Bottom), w * 0.9f, 0.1f, MathF.Min(0.5f, h), SurfaceKind.Sill);
            }
        }
        Rotation frame = at.Frame;
        Vector3 centre = at.ToWorld(new(0, 0.03f, z)), u = frame.ToOuter(new(w / 2 - Frame, 0, 0)), v = frame.ToOuter(new(0, 0, h / 2 - Frame));
        if (daylight > 0.2f)
        {
            b.Shine(new(LightShape.Rectangle, centre, u, v, 0, sky * 0.85f));
            if (sunny)
            {
                Vector3 towards = frame.ToOuter(Vector3.Normalize(new(r.Next(-0.8f, 0.8f), 1, r.Next(0.45f, 1.1f))));
                b.Shine(new(LightShape.Sun, centre, u, v, 0, new Vector3(1, 0.92f, 0.78f) * (daylight * r.Next(2.5f, 5f)), towards));
            }
        }
        Dress(at, o, w, h);
    }

    /// <summary>Curtains or a blind. The official map of classes counts both as window.</summary>
    private void Dress(Placement at, Opening o, float w, float h)
    {
        SceneRandom r = b.Random;
        float kind = r.Next();
        if (kind < 0.5f)
        {
            float bottom = o.Bottom < 0.5f || r.Chance(0.6f) ? 0.03f : o.Bottom - 0.15f, top = MathF.Min(o.Top + 0.14f, plan.Height - 0.03f);
            float drawn = r.Next(0.22f, 0.42f) * w;
            b.Begin(SceneClass.Window, "curtains", at);
            b.Bar(palette.Metal, new(-w / 2 - 0.28f, -0.1f, top), new(w / 2 + 0.28f, -0.1f, top), 0.012f);
            foreach (float side in (ReadOnlySpan<float>)[-1, 1])
            {
                // A row of slats at changing depth makes the folds real for depth and normals.
                int slats = Math.Max(3, (int)((drawn + 0.2f) / 0.085f));
                for (int i = 0; i < slats; i++)
                {
                    float x = side * (w / 2 + 0.22f - (i + 0.5f) * (drawn + 0.2f) / slats);
                    Slat(palette.Curtain, new(x, -0.1f + ((i & 1) == 0 ? 0.018f : -0.018f), (bottom + top) / 2), new((drawn + 0.2f) / slats * 1.25f, 0.05f, top - bottom));
                }
            }
        }
        else if (kind < 0.72f)
        {
            b.Begin(SceneClass.Window, "blind", at);
            float down = r.Next(0.15f, 0.75f) * h;
            Material slat = r.Chance(0.7f) ? palette.White : palette.Wood();
            int count = Math.Max(2, (int)(down / 0.05f));
            b.Box(slat, new(0, 0.02f, o.Top - 0.02f), new(w - 0.02f, 0.045f, 0.04f));
            for (int i = 1; i < count; i++)
            {
                b.Box(slat, new(0, 0.02f, o.Top - 0.02f - i * 0.05f), new(w - 0.03f, 0.045f, 0.003f), Rotation.AboutX(0.55f));
            }
        }

        void Slat(Material material, Vector3 centre, Vector3 size) => b.Soft(material, centre, size, 0.024f);
    }
}
