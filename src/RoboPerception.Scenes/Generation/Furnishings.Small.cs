using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Small things on tables and shelves.</content>
internal static partial class Furnishings
{
    /// <summary>Puts things on every offered surface, as much as the room's clutter says.</summary>
    public static void Clutter(RoomBuilder b, Palette palette, float amount)
    {
        SceneRandom r = b.Random;
        // The list grows while lamps and trays are placed; only what furniture offered is filled.
        int count = b.Surfaces.Count;
        for (int i = 0; i < count; i++)
        {
            SupportSurface surface = b.Surfaces[i];
            var taken = new List<(float X, float Y, float Radius)>();
            if (surface.Kind == SurfaceKind.Desk)
            {
                Workplace(b, palette, surface, taken);
            }
            else if (surface.Kind == SurfaceKind.Bedside && r.Chance(0.7f))
            {
                TableLamp(b, palette, Spot(surface, taken, 0, 0.03f, 0.1f));
            }
            else if (surface.Kind == SurfaceKind.Dining && r.Chance(0.4f))
            {
                PlaceSettings(b, palette, surface, taken);
            }
            float area = surface.Half.X * surface.Half.Y * 4;
            int things = (int)(amount * (2 + 6 * MathF.Sqrt(area)) * r.Next(0.3f, 1.2f));
            for (int k = 0; k < Math.Min(things, 14); k++)
            {
                float radius = r.Next(0.04f, 0.16f);
                if (FindSpot(r, surface, taken, radius, out Placement spot))
                {
                    Thing(b, palette, spot, radius, surface);
                }
            }
        }
    }

    /// <summary>One thing of about the given radius.</summary>
    private static void Thing(RoomBuilder b, Palette palette, Placement spot, float radius, SupportSurface surface)
    {
        SceneRandom r = b.Random;
        float clear = surface.Clear * 0.95f;
        spot = spot with { Yaw = spot.Yaw + r.Next(-0.8f, 0.8f) };
        Material bright = palette.Bright();
        float pick = r.Next();
        if (pick < 0.22f)
        {
            BookPile(b, palette, spot, radius, clear);
            return;
        }
        b.Begin(SceneClass.Objects, "thing", spot);
        switch (pick)
        {
            case < 0.32f: // mug
                float cup = MathF.Min(0.042f, radius);
                b.Round(bright, new(0, 0, 0.045f), cup * 0.9f, cup, 0.09f);
                b.Box(bright, new(cup + 0.012f, 0, 0.048f), new(0.026f, 0.01f, 0.045f));
                break;
            case < 0.43f: // bottle
                float h = MathF.Min(clear, r.Next(0.18f, 0.32f)), br = MathF.Min(radius, 0.04f);
                var glass = new Material(SurfacePattern.Plain, bright.First * 0.4f, bright.First, Gloss: 0.08f, Roughness: 0.05f);
                b.Round(glass, new(0, 0, h * 0.32f), br, br, h * 0.64f);
                b.Round(glass, new(0, 0, h * 0.7f), br, br * 0.4f, h * 0.12f);
                b.Round(palette.Black, new(0, 0, h * 0.88f), br * 0.38f, br * 0.36f, h * 0.24f);
                break;
            case < 0.57f: // vase or pot with a plant
                float vh = MathF.Min(clear * 0.45f, r.Next(0.1f, 0.25f)), vr = MathF.Min(radius, 0.09f);
                b.Round(bright, new(0, 0, vh / 2), vr * 0.6f, vr, vh);
                if (clear > vh * 2 && r.Chance(0.7f))
                {
                    Foliage(b, new(0, 0, vh), MathF.Min(clear - vh, vh * 1.6f), vr * 2, 9);
                }
                break;
            case < 0.74f: // box
                var box = new Material(SurfacePattern.Package, bright.First, palette.Bright().First);
                b.Box(box, new(0, 0, MathF.Min(clear, radius * 1.5f) / 2), new(radius * 1.6f, radius * 1.1f, MathF.Min(clear, radius * 1.5f)));
                break;
            case < 0.84f: // bowl of fruit
                b.Round(bright, new(0, 0, 0.03f), radius * 0.5f, radius, 0.06f);
                var fruit = palette.Bright();
                for (int i = 0; i < 5; i++)
                {
                    var (s, c) = PortableMath.SinCos(i * 1.2566);
                    b.Ellipsoid(fruit, new((float)c * radius * 0.5f, (float)s * radius * 0.5f, 0.075f), new(radius * 0.62f));
                }
                break;
            case < 0.91f: // photograph in a frame
                float ph = MathF.Min(clear, r.Next(0.15f, 0.25f));
                spot = spot with { Yaw = surface.Place.Yaw + r.Next(-0.4f, 0.4f) };
                b.Box(palette.Wood(), new(0, 0.01f, ph / 2), new(ph * 0.8f, 0.015f, ph), Rotation.AboutX(-0.18f));
                b.Box(new(SurfacePattern.Picture, bright.First, palette.White.First), new(0, 0, ph / 2 + 0.002f), new(ph * 0.66f, 0.012f, ph * 0.84f), Rotation.AboutX(-0.18f));
                break;
            default: // paper, magazine
                b.Box(r.Chance(0.5f) ? palette.White : new(SurfacePattern.Package, palette.White.First, bright.First), new(0, 0, 0.004f), new(0.21f, 0.29f, 0.008f));
                break;
        }
    }

    private static void BookPile(RoomBuilder b, Palette palette, Placement spot, float radius, float clear)
    {
        SceneRandom r = b.Random;
        int books = r.NextInt(1, 6);
        if (r.Chance(0.3f) && clear > 0.26f)
        {
            BookRow(b, palette, spot, radius * 2.2f, 0.2f, 0.26f, 1);
            return;
        }
        float z = 0;
        for (int i = 0; i < books && z < clear - 0.05f; i++)
        {
            float t = r.Next(0.015f, 0.045f);
            b.Begin(SceneClass.Books, "book", spot with { Yaw = spot.Yaw + r.Next(-0.25f, 0.25f) });
            b.Box(palette.BookCover(), new(r.Next(-0.01f, 0.01f), 0, z + t / 2), new(t, r.Next(0.14f, 0.2f), r.Next(0.2f, 0.27f)), Rotation.AboutY(MathF.PI / 2));
            z += t + 0.0005f;
        }
    }

    /// <summary>Monitor or laptop, keyboard, lamp.</summary>
    private static void Workplace(RoomBuilder b, Palette palette, SupportSurface surface, List<(float X, float Y, float Radius)> taken)
    {
        SceneRandom r = b.Random;
        float x = r.Next(-0.25f, 0.25f) * surface.Half.X;
        float depth = surface.Half.Y;
        Vector3 glow = r.Chance(0.7f) ? new(0.8f) : Vector3.Zero;
        var screen = new Material(SurfacePattern.Screen, new(0.015f), new(0.02f), Gloss: 0.05f, Roughness: 0.08f, Emission: glow);
        if (r.Chance(0.65f))
        {
            var at = surface.Place.At(new(x, depth * 0.45f, 0), r.Next(-0.2f, 0.2f));
            b.Begin(SceneClass.Objects, "monitor", at);
            float w = r.Next(0.45f, 0.65f), h = w * 0.6f;
            b.Box(palette.Black, new(0, 0.02f, 0.01f), new(0.24f, 0.18f, 0.02f));
            b.Box(palette.Black, new(0, 0.05f, 0.12f), new(0.05f, 0.03f, 0.22f));
            b.Box(palette.Black, new(0, 0.012f, 0.12f + h / 2), new(w + 0.02f, 0.035f, h + 0.02f));
            b.Box(screen, new(0, -0.006f, 0.12f + h / 2), new(w, 0.01f, h));
            taken.Add((x, depth * 0.45f, w / 2));
            var keys = surface.Place.At(new(x, -depth * 0.35f, 0));
            b.Begin(SceneClass.Objects, "keyboard", keys);
            b.Box(new(SurfacePattern.Keys, r.Chance(0.5f) ? new(0.04f) : new Vector3(0.6f), new(0.2f), 0.021f), new(0, 0, 0.01f), new(0.42f, 0.13f, 0.02f));
            b.Begin(SceneClass.Objects, "mouse", keys.At(new(0.32f, 0, 0)));
            b.Ellipsoid(palette.Black, new(0, 0, 0.012f), new(0.06f, 0.1f, 0.035f));
            taken.Add((x, -depth * 0.35f, 0.3f));
        }
        else
        {
            b.Begin(SceneClass.Objects, "laptop", surface.Place.At(new(x, 0, 0), r.Next(-0.4f, 0.4f)));
            b.Box(new(SurfacePattern.Keys, new(0.05f), new(0.3f), 0.021f), new(0, -0.02f, 0.009f), new(0.34f, 0.24f, 0.018f));
            Rotation lean = Rotation.AboutX(-0.3f);
            b.Box(palette.Metal, new(0, 0.145f, 0.125f), new(0.34f, 0.012f, 0.23f), lean);
            b.Box(screen, new(0, 0.137f, 0.127f), new(0.32f, 0.006f, 0.21f), lean);
            taken.Add((x, 0, 0.22f));
        }
        if (r.Chance(0.45f))
        {
            float side = r.Chance(0.5f) ? 0.8f : -0.8f;
            TableLamp(b, palette, Spot(surface, taken, side * surface.Half.X, depth * 0.5f, 0.1f));
        }
    }

    private static void PlaceSettings(RoomBuilder b, Palette palette, SupportSurface surface, List<(float X, float Y, float Radius)> taken)
    {
        Material china = b.Random.Chance(0.7f) ? palette.White : palette.Bright();
        int perSide = Math.Max(1, (int)(surface.Half.X * 2 / 0.6f));
        for (int i = 0; i < perSide; i++)
        {
            foreach (float side in (ReadOnlySpan<float>)[-1, 1])
            {
                float x = (i - (perSide - 1) / 2f) * 0.6f, y = side * MathF.Max(0.05f, surface.Half.Y - 0.17f);
                b.Begin(SceneClass.Objects, "plate", surface.Place.At(new(x, y, 0)));
                b.Round(china, new(0, 0, 0.009f), 0.08f, 0.13f, 0.018f);
                b.Begin(SceneClass.Objects, "glass", surface.Place.At(new(x + 0.16f, y - side * 0.1f, 0)));
                b.Round(china, new(0, 0, 0.06f), 0.028f, 0.035f, 0.12f);
                taken.Add((x, y, 0.2f));
            }
        }
    }

    private static Placement Spot(SupportSurface surface, List<(float X, float Y, float Radius)> taken, float x, float y, float radius)
    {
        taken.Add((x, y, radius));
        return surface.Place.At(new(x, y, 0));
    }

    private static bool FindSpot(SceneRandom r, SupportSurface surface, List<(float X, float Y, float Radius)> taken, float radius, out Placement spot)
    {
        for (int attempt = 0; attempt < 6; attempt++)
        {
            float rx = MathF.Max(0, surface.Half.X - radius), ry = MathF.Max(0, surface.Half.Y - radius);
            float x = r.Next(-rx, rx), y = r.Next(-ry, ry);
            bool free = true;
            foreach (var (tx, ty, tr) in taken)
            {
                free &= (tx - x) * (tx - x) + (ty - y) * (ty - y) > (tr + radius) * (tr + radius);
            }
            if (free)
            {
                taken.Add((x, y, radius));
                spot = surface.Place.At(new(x, y, 0));
                return true;
            }
        }
        spot = default;
        return false;
    }
}
