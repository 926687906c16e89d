using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Lamps, plants, televisions, and what hangs on walls.</content>
internal static partial class Furnishings
{
    private static readonly Vector3 WarmLight = new(1.0f, 0.72f, 0.44f);

    public static void TableLamp(RoomBuilder b, Palette palette, Placement place)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Objects, "table lamp", place);
        bool on = r.Chance(0.6f);
        float h = r.Next(0.16f, 0.3f), radius = r.Next(0.1f, 0.16f);
        Material foot = r.Chance(0.5f) ? palette.Bright() : palette.Wood();
        if (r.Chance(0.5f))
        {
            b.Ellipsoid(foot, new(0, 0, h * 0.45f), new(0.13f, 0.13f, h * 0.9f));
        }
        else
        {
            b.Round(foot, new(0, 0, 0.012f), 0.07f, 0.06f, 0.024f);
        }
        b.Round(foot, new(0, 0, h / 2), 0.014f, 0.014f, h);
        Shade(b, new(0, 0, h + 0.09f), radius, radius * r.Next(0.55f, 0.95f), 0.18f, on, 6);
    }

    public static void FloorLamp(RoomBuilder b, Palette palette, Placement place)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Objects, "floor lamp", place);
        float h = r.Next(1.3f, 1.65f), radius = r.Next(0.16f, 0.24f);
        Material foot = r.Chance(0.6f) ? palette.Metal : palette.Wood();
        b.Round(foot, new(0, 0, 0.015f), 0.15f, 0.14f, 0.03f);
        b.Round(foot, new(0, 0, h / 2), 0.014f, 0.012f, h);
        Shade(b, new(0, 0, h), radius, radius * r.Next(0.6f, 1), 0.26f, r.Chance(0.7f), 8);
    }

    /// <summary>Lamp at the ceiling; the placement is on the ceiling.</summary>
    public static void CeilingLamp(RoomBuilder b, Palette palette, Placement place, bool office)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Objects, "ceiling lamp", place);
        bool on = r.Chance(0.8f);
        Vector3 colour = office || r.Chance(0.3f) ? new(1, 0.94f, 0.86f) : Vector3.Lerp(WarmLight, Vector3.One, r.Next(0.1f, 0.5f));
        if (office)
        {
            b.Box(Glowing(colour, on ? 4.5f : 0), new(0, 0, -0.02f), new(1.18f, 0.58f, 0.04f));
            if (on)
            {
                Vector3 u = place.Frame.ToOuter(new(0.59f, 0, 0)), v = place.Frame.ToOuter(new(0, -0.29f, 0));
                b.Shine(new(LightShape.Rectangle, place.ToWorld(new(0, 0, -0.05f)), u, v, 0, colour * r.Next(6, 11)));
            }
            return;
        }
        // People walk below it: the shade ends above 1.95 m.
        float radius = r.Next(0.13f, 0.24f), room = place.Origin.Z - 1.95f;
        float drop = r.Chance(0.4f) ? 0.08f : MathF.Max(0.08f, MathF.Min(r.Next(0.3f, 0.75f), room - radius * 1.7f));
        if (drop > 0.1f)
        {
            b.Round(palette.Black, new(0, 0, -drop / 2), 0.006f, 0.006f, drop);
            b.Round(palette.White, new(0, 0, -0.012f), 0.05f, 0.05f, 0.024f);
        }
        Material glow = Glowing(colour, on ? 4 : 0);
        if (r.Chance(0.5f))
        {
            b.Ellipsoid(glow, new(0, 0, -drop - radius * 0.5f), new(radius * 2, radius * 2, radius * (drop < 0.1f ? 0.9f : 1.7f)));
        }
        else
        {
            b.Round(glow, new(0, 0, -drop - 0.09f), radius * 1.1f, radius * 0.8f, 0.18f);
        }
        if (on)
        {
            float ball = radius * 1.25f;
            b.ShineBall(new(0, 0, -drop - radius * 0.5f), ball, colour * r.Next(9, 20) * (0.04f / (ball * ball)) * 3);
        }
    }

    /// <summary>A tall plant in a pot.</summary>
    public static void Plant(RoomBuilder b, Palette palette, Placement place)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Objects, "plant", place);
        float pot = r.Next(0.22f, 0.36f), radius = r.Next(0.13f, 0.2f);
        b.Round(r.Chance(0.5f) ? palette.Bright() : palette.White, new(0, 0, pot / 2), radius * 0.72f, radius, pot);
        b.Round(new(SurfacePattern.Carpet, new(0.07f, 0.045f, 0.03f), new(0.04f, 0.03f, 0.02f), 0.02f), new(0, 0, pot + 0.002f), radius * 0.92f, radius * 0.92f, 0.01f);
        b.Bar(palette.Wood(), new(0, 0, pot), new(r.Next(-0.05f, 0.05f), r.Next(-0.05f, 0.05f), pot + 0.5f), 0.012f);
        Foliage(b, new(0, 0, pot + 0.1f), r.Next(0.6f, 1.1f), r.Next(0.28f, 0.4f), 26);
    }

    /// <summary>A television: on a stand (the placement is the furniture's top) or on the wall.</summary>
    public static void Television(RoomBuilder b, Palette palette, Placement place, float width, bool stands)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Tv, "television", place);
        float h = width * 0.57f, z = stands ? 0.08f + h / 2 : 0;
        Vector3 glow = r.Chance(0.45f) ? new(0.75f) : Vector3.Zero;
        var screen = new Material(SurfacePattern.Screen, new(0.012f), new(0.012f), Gloss: 0.05f, Roughness: 0.06f, Emission: glow);
        b.Soft(palette.Black, new(0, 0, z), new(width + 0.03f, 0.05f, h + 0.03f), 0.008f);
        b.Box(screen, new(0, -0.023f, z), new(width, 0.01f, h));
        if (stands)
        {
            b.Box(palette.Black, new(0, 0.02f, 0.01f), new(width * 0.45f, 0.22f, 0.02f));
            b.Box(palette.Black, new(0, 0.03f, 0.06f), new(0.08f, 0.03f, 0.12f));
        }
    }

    /// <summary>A picture on a wall, size without frame.</summary>
    public static void Picture(RoomBuilder b, Palette palette, Placement place, float width, float height)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Picture, "picture", place);
        float border = r.Chance(0.75f) ? r.Next(0.015f, 0.06f) : 0;
        var image = new Material(SurfacePattern.Picture, palette.Bright().First, palette.Cloth().First, Gloss: r.Chance(0.4f) ? 0.04f : 0, Roughness: 0.06f);
        b.Box(image, new(0, -0.012f, 0), new(width, 0.018f, height));
        if (border > 0)
        {
            Material frame = r.Chance(0.4f) ? palette.Black : palette.Wood();
            float w = width + 2 * border;
            b.Box(frame, new(0, -0.016f, (height + border) / 2), new(w, 0.032f, border));
            b.Box(frame, new(0, -0.016f, -(height + border) / 2), new(w, 0.032f, border));
            b.Box(frame, new((width + border) / 2, -0.016f, 0), new(border, 0.032f, height));
            b.Box(frame, new(-(width + border) / 2, -0.016f, 0), new(border, 0.032f, height));
        }
    }

    public static void Mirror(RoomBuilder b, Palette palette, Placement place, float width, float height)
    {
        b.Begin(SceneClass.Objects, "mirror", place);
        b.Soft(palette.Wood(), new(0, -0.012f, 0), new(width + 0.08f, 0.024f, height + 0.08f), 0.01f);
        b.Box(new(SurfacePattern.Plain, new(0.02f), new(0.02f), Gloss: 0.9f, Roughness: 0.01f), new(0, -0.022f, 0), new(width, 0.01f, height));
    }

    public static void Clock(RoomBuilder b, Palette palette, Placement place)
    {
        b.Begin(SceneClass.Objects, "clock", place);
        float radius = b.Random.Next(0.11f, 0.2f);
        Rotation faceOut = Rotation.AboutX(MathF.PI / 2);
        b.Round(palette.Black, new(0, -0.015f, 0), radius * 1.08f, radius * 1.08f, 0.03f, faceOut);
        b.Box(new(SurfacePattern.Dial, new(0.8f, 0.79f, 0.75f), new(0.03f)), new(0, -0.024f, 0), new(radius * 1.42f, 0.016f, radius * 1.42f));
    }

    public static void Whiteboard(RoomBuilder b, Palette palette, Placement place, float width)
    {
        b.Begin(SceneClass.Objects, "whiteboard", place);
        b.Box(palette.Metal, new(0, -0.01f, 0), new(width + 0.04f, 0.02f, 0.94f));
        b.Box(palette.White, new(0, -0.016f, 0), new(width, 0.02f, 0.9f));
        b.Box(palette.Metal, new(0, -0.05f, -0.47f), new(width * 0.6f, 0.08f, 0.015f));
    }

    /// <summary>A rug; it counts as floor.</summary>
    public static void Rug(RoomBuilder b, Palette palette, Placement place, float width, float depth)
    {
        Material cloth = palette.Cloth();
        b.Begin(SceneClass.Floor, "rug", place);
        b.Box(new(SurfacePattern.Rug, cloth.First, b.Random.Near(cloth.Second * 1.3f, 0.3f)), new(0, 0, 0.006f), new(width, depth, 0.012f));
    }

    /// <summary>Things that stand on floors: boxes, a basket, a bag, a bin.</summary>
    public static void FloorThing(RoomBuilder b, Palette palette, Placement place)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Objects, "floor thing", place);
        switch (r.NextInt(0, 3))
        {
            case 0:
                var card = new Material(SurfacePattern.Package, r.Near(new(0.42f, 0.29f, 0.17f), 0.15f), new(0.6f, 0.5f, 0.36f));
                b.Box(card, new(0, 0, 0.16f), new(0.42f, 0.34f, 0.32f));
                if (r.Chance(0.5f))
                {
                    b.Begin(SceneClass.Objects, "box", place);
                    b.Box(card, new(0.03f, 0, 0.32f + 0.11f), new(0.34f, 0.28f, 0.22f), Rotation.AboutZ(r.Next(-0.4f, 0.4f)));
                }
                break;
            case 1:
                b.Round(palette.Cloth(), new(0, 0, 0.17f), 0.15f, 0.19f, 0.34f);
                break;
            case 2:
                b.Soft(palette.Cloth(), new(0, 0, 0.19f), new(0.42f, 0.2f, 0.36f), 0.08f);
                b.Bar(palette.Black, new(-0.1f, 0, 0.36f), new(-0.06f, 0, 0.5f), 0.012f);
                b.Bar(palette.Black, new(0.1f, 0, 0.36f), new(0.06f, 0, 0.5f), 0.012f);
                b.Bar(palette.Black, new(-0.065f, 0, 0.5f), new(0.065f, 0, 0.5f), 0.012f);
                break;
            default:
                b.Round(palette.Black, new(0, 0, 0.16f), 0.11f, 0.14f, 0.32f);
                break;
        }
    }

    private static void Foliage(RoomBuilder b, Vector3 from, float height, float radius, int leaves)
    {
        SceneRandom r = b.Random;
        Vector3 green = r.Near(new(0.09f, 0.22f, 0.05f), 0.3f);
        var leaf = new Material(SurfacePattern.Leaves, green, green * 0.55f, 0.03f, Gloss: 0.03f, Roughness: 0.4f);
        for (int i = 0; i < leaves; i++)
        {
            float up = (i + 0.5f) / leaves;
            float reach = radius * (0.35f + 0.65f * PortableMath.Sin(Math.PI * (0.25 + 0.7 * up))) * r.Next(0.5f, 1);
            var turn = Rotation.AboutZ(i * 2.4f + r.Next(-0.4f, 0.4f));
            Vector3 tip = from + turn.ToOuter(new(reach, 0, 0)) + new Vector3(0, 0, height * up);
            float length = radius * r.Next(0.5f, 0.85f);
            b.Ellipsoid(leaf, tip, new(length, length * 0.36f, 0.012f), turn.Then(Rotation.AboutY(r.Next(-0.9f, 0.7f))).Then(Rotation.AboutX(r.Next(-0.6f, 0.6f))));
        }
    }

    private static void Shade(RoomBuilder b, Vector3 centre, float bottom, float top, float height, bool on, float power)
    {
        SceneRandom r = b.Random;
        Vector3 tint = Vector3.Lerp(WarmLight, Vector3.One, r.Next(0, 0.3f));
        b.Round(Glowing(tint, on ? r.Next(1.5f, 3) : 0), centre, bottom, top, height);
        if (on)
        {
            float ball = MathF.Max(bottom, height * 0.6f) * 1.2f;
            b.ShineBall(centre, ball, tint * (power * r.Next(0.6f, 1.4f) * 0.02f / (ball * ball)));
        }
    }

    private static Material Glowing(Vector3 colour, float strength) =>
        new(SurfacePattern.Plain, new(0.6f, 0.56f, 0.5f), new(0.6f), Emission: colour * strength);
}
