using System.Numerics;

namespace RoboPerception.Scenes;

/// <content>Chairs, sofas and beds.</content>
internal static partial class Furnishings
{
    /// <summary>A chair for tables, about 0.45 x 0.5 m.</summary>
    public static void Chair(RoomBuilder b, Palette palette, Placement place, ChairStyle style)
    {
        SceneRandom r = b.Random;
        b.Begin(SceneClass.Chair, "chair", place);
        float w = style.Width, seat = style.Seat, back = style.Back;
        float leg = style.Leg;
        float y0 = -0.22f, y1 = 0.22f, x = w / 2 - leg;
        foreach (float side in (ReadOnlySpan<float>)[-x, x])
        {
            if (style.RoundLegs)
            {
                b.Bar(style.Frame, new(side * 1.04f, y0 + leg, 0), new(side, y0 + leg, seat), leg * 0.6f);
                b.Bar(style.Frame, new(side * 1.04f, y1, 0), new(side, y1 - leg, seat), leg * 0.6f);
            }
            else
            {
                b.Box(style.Frame, new(side, y0 + leg, seat / 2), new(leg, leg, seat));
                b.Box(style.Frame, new(side, y1 - leg, seat / 2), new(leg, leg, seat));
                b.Box(style.Frame, new(side, 0, seat - 0.06f), new(leg * 0.7f, 0.4f, 0.04f));
            }
        }
        if (style.Padded)
        {
            b.Soft(style.Cloth, new(0, 0, seat + 0.02f), new(w, 0.46f, 0.08f), 0.03f);
        }
        else
        {
            b.Box(style.Frame, new(0, 0, seat), new(w, 0.45f, 0.03f));
        }
        Rotation lean = Rotation.AboutX(-0.12f);
        float middle = (seat + back) / 2;
        switch (style.BackKind)
        {
            case 0:
                b.Soft(style.Padded ? style.Cloth : style.Frame, new(0, y1 + 0.01f, middle + 0.02f), new(w * 0.95f, style.Padded ? 0.07f : 0.025f, back - seat - (style.Padded ? 0.01f : 0.14f)), 0.03f, lean);
                break;
            case 1:
                for (int i = -2; i <= 2; i++)
                {
                    b.Box(style.Frame, new(i * w * 0.19f, y1 + 0.01f, middle), new(0.022f, 0.018f, back - seat), lean);
                }
                b.Box(style.Frame, new(0, y1 + 0.05f, back), new(w, 0.025f, 0.09f), lean);
                break;
            default:
                for (int i = 0; i < 3; i++)
                {
                    float z = seat + (back - seat) * (0.35f + 0.3f * i);
                    b.Box(style.Frame, new(0, y1 - 0.01f + 0.12f * (z - middle) + 0.01f, z), new(w, 0.02f, 0.075f), lean);
                }
                break;
        }
        if (style.BackKind != 0 || !style.Padded)
        {
            b.Box(style.Frame, new(-x, y1 + 0.01f, middle), new(leg, leg, back - seat + 0.06f), lean);
            b.Box(style.Frame, new(x, y1 + 0.01f, middle), new(leg, leg, back - seat + 0.06f), lean);
        }
        if (r.Chance(0.04f))
        {
            b.Begin(SceneClass.Objects, "clothes", place);
            b.Soft(palette.Cloth(), new(0.02f, y1 + 0.02f, back - 0.12f), new(w * 0.9f, 0.14f, 0.42f), 0.05f, lean);
        }
    }

    /// <summary>A swivel chair on a five-star base.</summary>
    public static void OfficeChair(RoomBuilder b, Palette palette, Placement place)
    {
        SceneRandom r = b.Random;
        Material cloth = palette.Cloth();
        b.Begin(SceneClass.Chair, "office chair", place);
        float seat = r.Next(0.43f, 0.52f);
        for (int i = 0; i < 5; i++)
        {
            var (s, c) = PortableMath.SinCos(i * Math.Tau / 5);
            var foot = new Vector3((float)c * 0.29f, (float)s * 0.29f, 0.06f);
            b.Bar(palette.Black, new(0, 0, 0.11f), foot, 0.02f);
            b.Ellipsoid(palette.Black, foot with { Z = 0.03f }, new(0.06f, 0.06f, 0.06f));
        }
        b.Round(palette.Metal, new(0, 0, (seat + 0.1f) / 2), 0.028f, 0.028f, seat - 0.1f);
        b.Soft(cloth, new(0, 0, seat), new(0.5f, 0.48f, 0.1f), 0.045f);
        float tall = r.Next(0.42f, 0.7f);
        b.Soft(cloth, new(0, 0.26f, seat + 0.12f + tall / 2), new(0.46f, 0.09f, tall), 0.042f, Rotation.AboutX(-0.14f));
        b.Box(palette.Black, new(0, 0.27f, seat + 0.08f), new(0.06f, 0.03f, 0.26f));
        if (r.Chance(0.65f))
        {
            foreach (float side in (ReadOnlySpan<float>)[-0.28f, 0.28f])
            {
                b.Soft(palette.Black, new(side, 0.02f, seat + 0.22f), new(0.05f, 0.28f, 0.03f), 0.014f);
                b.Bar(palette.Black, new(side, 0.06f, seat + 0.2f), new(side * 0.85f, 0.06f, seat), 0.015f);
            }
        }
    }

    /// <summary>A round stool.</summary>
    public static void Stool(RoomBuilder b, Palette palette, Placement place)
    {
        Material wood = palette.Wood();
        b.Begin(SceneClass.Chair, "stool", place);
        float h = b.Random.Next(0.42f, 0.62f);
        b.Round(b.Random.Chance(0.5f) ? palette.Cloth() : wood, new(0, 0, h), 0.17f, 0.17f, 0.05f);
        foreach (var (x, y) in (ReadOnlySpan<(float, float)>)[(-1, -1), (1, -1), (-1, 1), (1, 1)])
        {
            b.Bar(wood, new(x * 0.14f, y * 0.14f, 0), new(x * 0.1f, y * 0.1f, h - 0.02f), 0.016f);
        }
    }

    /// <summary>A sofa or armchair of the given width.</summary>
    public static void Sofa(RoomBuilder b, Palette palette, Placement place, float width)
    {
        SceneRandom r = b.Random;
        Material cloth = palette.Cloth();
        b.Begin(SceneClass.Sofa, width > 1.2f ? "sofa" : "armchair", place);
        float depth = 0.88f, seat = r.Next(0.38f, 0.45f), back = r.Next(0.72f, 0.95f);
        float arm = r.Next(0.1f, 0.24f), armHeight = r.Next(0.5f, 0.66f), round = r.Next(0.03f, 0.08f);
        b.Soft(cloth, new(0, 0, 0.06f + (seat - 0.12f) / 2), new(width - 2 * arm + 0.04f, depth - 0.06f, seat - 0.12f), 0.02f);
        b.Soft(cloth, new(0, depth / 2 - 0.09f, back / 2 - 0.01f), new(width - 0.06f, 0.16f, back - 0.12f), round);
        foreach (float side in (ReadOnlySpan<float>)[-1, 1])
        {
            b.Soft(cloth, new(side * (width - arm) / 2, 0, 0.05f + armHeight / 2), new(arm, depth, armHeight - 0.06f), MathF.Min(round, arm / 2.1f));
            b.Box(palette.Black, new(side * (width / 2 - 0.1f), -depth / 2 + 0.1f, 0.035f), new(0.05f, 0.05f, 0.07f));
            b.Box(palette.Black, new(side * (width / 2 - 0.1f), depth / 2 - 0.1f, 0.035f), new(0.05f, 0.05f, 0.07f));
        }
        int seats = Math.Clamp((int)MathF.Round((width - 2 * arm) / 0.68f), 1, 4);
        float each = (width - 2 * arm) / seats;
        Material cushion = r.Chance(0.85f) ? cloth : palette.Cloth();
        for (int i = 0; i < seats; i++)
        {
            float x = (i - (seats - 1) / 2f) * each;
            b.Soft(cushion, new(x, -0.06f, seat), new(each - 0.008f, depth - 0.2f, 0.17f), 0.05f);
            b.Soft(cushion, new(x, depth / 2 - 0.22f, (seat + back) / 2 + 0.08f), new(each - 0.012f, 0.19f, back - seat - 0.04f), 0.075f, Rotation.AboutX(-0.16f));
        }
        int pillows = r.NextInt(0, seats + 1);
        for (int i = 0; i < pillows; i++)
        {
            b.Begin(SceneClass.Objects, "cushion", place);
            float x = r.Next(-0.42f, 0.42f) * (width - 2 * arm);
            Rotation lean = Rotation.AboutZ(r.Next(-0.5f, 0.5f)).Then(Rotation.AboutX(-0.45f));
            b.Soft(palette.Cloth(), new(x, depth / 2 - 0.4f, seat + 0.27f), new(r.Next(0.36f, 0.48f), 0.13f, r.Next(0.32f, 0.44f)), 0.06f, lean);
        }
        if (r.Chance(0.18f))
        {
            b.Begin(SceneClass.Objects, "blanket", place);
            b.Soft(palette.Cloth(), new(r.Next(-0.3f, 0.3f) * width, -0.05f, seat + 0.09f), new(0.45f, depth - 0.1f, 0.05f), 0.02f);
        }
    }

    /// <summary>A bed; its head is local +y.</summary>
    public static void Bed(RoomBuilder b, Palette palette, Placement place, float width, float length)
    {
        SceneRandom r = b.Random;
        Material frame = r.Chance(0.75f) ? palette.Wood() : palette.Cloth();
        Material cover = r.Chance(0.5f) ? palette.Cloth() : palette.Linen();
        Material sheet = palette.Linen();
        b.Begin(SceneClass.Bed, "bed", place);
        float top = r.Next(0.45f, 0.62f), head = r.Next(0.75f, 1.25f);
        b.Box(frame, new(0, 0, 0.2f), new(width, length, 0.18f));
        foreach (var (x, y) in (ReadOnlySpan<(float, float)>)[(-1, -1), (1, -1), (-1, 1), (1, 1)])
        {
            b.Box(frame, new(x * (width / 2 - 0.04f), y * (length / 2 - 0.04f), 0.06f), new(0.07f, 0.07f, 0.12f));
        }
        if (r.Chance(0.85f))
        {
            b.Soft(frame, new(0, length / 2 - 0.03f, head / 2), new(width + 0.02f, 0.06f, head), 0.02f);
        }
        if (r.Chance(0.3f))
        {
            b.Box(frame, new(0, -length / 2 + 0.02f, 0.3f), new(width, 0.04f, 0.5f));
        }
        b.Soft(sheet, new(0, 0, (top + 0.28f) / 2), new(width - 0.03f, length - 0.1f, top - 0.26f), 0.06f);
        float covered = r.Next(0.6f, 0.78f);
        b.Soft(cover, new(0, -length * (1 - covered) / 2 - 0.01f, top - 0.1f), new(width + 0.05f, length * covered, r.Next(0.26f, 0.36f)), 0.06f);
        if (r.Chance(0.6f))
        {
            b.Soft(r.Chance(0.5f) ? sheet : palette.Cloth(), new(0, length * (covered - 0.5f) - 0.16f, top + 0.045f), new(width + 0.06f, 0.32f, 0.07f), 0.03f);
        }
        if (r.Chance(0.35f))
        {
            b.Soft(palette.Cloth(), new(0, -length / 2 + 0.38f, top + 0.06f), new(width + 0.08f, 0.5f, 0.05f), 0.02f);
        }
        int pillows = width > 1.2f ? 2 : 1;
        Material slip = r.Chance(0.7f) ? sheet : palette.Linen();
        for (int row = 0; row < (r.Chance(0.4f) ? 2 : 1); row++)
        {
            for (int i = 0; i < pillows; i++)
            {
                b.Begin(SceneClass.Objects, "pillow", place);
                float x = pillows == 1 ? 0 : (i - 0.5f) * width * 0.48f;
                Rotation lean = Rotation.AboutZ(r.Next(-0.12f, 0.12f)).Then(Rotation.AboutX(r.Next(0.12f, 0.7f)));
                b.Soft(row == 0 ? slip : palette.Cloth(), new(x, length / 2 - 0.27f - 0.17f * row, top + 0.12f), new(MathF.Min(0.68f, width * 0.46f), 0.42f, 0.15f), 0.07f, lean);
            }
        }
        if (r.Chance(0.25f))
        {
            b.Begin(SceneClass.Objects, "clothes", place.At(new(r.Next(-0.3f, 0.3f) * width, -length * r.Next(0, 0.25f), top + 0.08f), r.Next(0, 6)));
            b.Soft(palette.Cloth(), new(0, 0, 0.03f), new(0.45f, 0.35f, 0.09f), 0.04f);
            b.Soft(palette.Cloth(), new(0.15f, 0.1f, 0.05f), new(0.35f, 0.2f, 0.1f), 0.045f, Rotation.AboutZ(0.6f));
        }
    }
}

/// <summary>What the chairs of one table have in common.</summary>
internal sealed record ChairStyle(
    Material Frame, Material Cloth, float Width, float Seat, float Back, float Leg, bool RoundLegs, bool Padded, int BackKind)
{
    public static ChairStyle Draw(SceneRandom r, Palette palette) => new(
        r.Chance(0.8f) ? palette.Wood() : palette.Metal, palette.Cloth(), r.Next(0.4f, 0.5f), r.Next(0.43f, 0.48f), r.Next(0.82f, 1.08f),
        r.Next(0.03f, 0.05f), r.Chance(0.4f), r.Chance(0.55f), r.NextInt(0, 2));
}
