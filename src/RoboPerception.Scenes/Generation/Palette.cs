using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>The materials of one room: drawn once, so that its things match as in a furnished room.</summary>
internal sealed class Palette
{
    private static readonly Vector3[] WoodTones =
    [
        new(0.36f, 0.2f, 0.09f), new(0.5f, 0.32f, 0.16f), new(0.2f, 0.1f, 0.05f), new(0.62f, 0.46f, 0.28f), new(0.12f, 0.07f, 0.045f),
        new(0.42f, 0.22f, 0.1f), new(0.7f, 0.58f, 0.42f), new(0.3f, 0.13f, 0.06f),
    ];

    private static readonly Vector3[] ClothTones =
    [
        new(0.35f, 0.3f, 0.24f), new(0.12f, 0.16f, 0.26f), new(0.42f, 0.1f, 0.08f), new(0.1f, 0.2f, 0.13f), new(0.5f, 0.46f, 0.38f),
        new(0.08f, 0.08f, 0.09f), new(0.3f, 0.16f, 0.08f), new(0.2f, 0.26f, 0.3f), new(0.6f, 0.4f, 0.14f), new(0.25f, 0.15f, 0.18f),
        new(0.13f, 0.3f, 0.34f), new(0.55f, 0.5f, 0.5f), new(0.65f, 0.62f, 0.55f),
    ];

    private static readonly Vector3[] WallTones =
    [
        new(0.74f, 0.71f, 0.64f), new(0.78f, 0.76f, 0.73f), new(0.66f, 0.6f, 0.45f), new(0.55f, 0.62f, 0.64f), new(0.62f, 0.66f, 0.52f),
        new(0.7f, 0.56f, 0.46f), new(0.5f, 0.55f, 0.66f), new(0.76f, 0.68f, 0.5f), new(0.6f, 0.58f, 0.56f), new(0.68f, 0.5f, 0.5f),
    ];

    private readonly SceneRandom random;
    private readonly Vector3 mainWood, otherWood, mainCloth;

    public Palette(SceneRandom random)
    {
        this.random = random;
        mainWood = random.Near(random.Pick<Vector3>(WoodTones), 0.2f);
        otherWood = random.Near(random.Pick<Vector3>(WoodTones), 0.2f);
        mainCloth = random.Near(random.Pick<Vector3>(ClothTones), 0.25f);
        Vector3 paint = random.Near(random.Pick<Vector3>(WallTones), 0.12f);
        Wall = random.Next() switch
        {
            < 0.72f => new(SurfacePattern.Plain, paint, paint),
            < 0.92f => new(SurfacePattern.Wallpaper, paint, random.Near(paint * random.Next(0.65f, 0.9f), 0.15f), random.Next(0.12f, 0.4f)),
            _ => new(SurfacePattern.Stripes, paint, random.Near(paint * 0.82f, 0.1f), random.Next(0.1f, 0.3f)),
        };
        Vector3 accent = random.Near(random.Pick<Vector3>(ClothTones) * 1.1f, 0.2f);
        AccentWall = random.Next() switch
        {
            < 0.55f => Wall,
            < 0.75f => new(SurfacePattern.Plain, accent, accent),
            < 0.9f => new(SurfacePattern.Wallpaper, accent, random.Near(accent * 1.5f, 0.2f), random.Next(0.15f, 0.45f)),
            _ => new(SurfacePattern.Brick, random.Near(new(0.4f, 0.2f, 0.13f), 0.2f), new(0.5f, 0.48f, 0.44f), 0.22f),
        };
        Vector3 white = random.Near(new(0.82f, 0.81f, 0.78f), 0.05f);
        Ceiling = new(SurfacePattern.Plain, white, white);
        Trim = new(SurfacePattern.Plain, random.Chance(0.75f) ? white : otherWood, white, Gloss: 0.03f, Roughness: 0.35f);
        Floor = FloorMaterial(random);
        Vector3 cloth = random.Near(random.Pick<Vector3>(ClothTones), 0.25f);
        Curtain = new(SurfacePattern.Folds, cloth * 1.15f, cloth * 0.75f, random.Next(0.06f, 0.12f));
    }

    public Material Wall { get; }

    public Material AccentWall { get; }

    public Material Ceiling { get; }

    public Material Floor { get; }

    /// <summary>All curtains of the room.</summary>
    public Material Curtain { get; }

    /// <summary>Skirting boards, window and door frames.</summary>
    public Material Trim { get; }

    /// <summary>Black plastic.</summary>
    public Material Black { get; } = new(SurfacePattern.Plain, new(0.025f), new(0.03f), Gloss: 0.04f, Roughness: 0.25f);

    /// <summary>Brushed or painted metal.</summary>
    public Material Metal { get; } = new(SurfacePattern.Plain, new(0.32f, 0.32f, 0.33f), new(0.4f), Gloss: 0.3f, Roughness: 0.4f);

    /// <summary>White paper, china, plastic.</summary>
    public Material White { get; } = new(SurfacePattern.Plain, new(0.8f, 0.79f, 0.77f), new(0.8f), Gloss: 0.04f, Roughness: 0.3f);

    /// <summary>Wood, mostly of the room's main tone, or painted.</summary>
    public Material Wood()
    {
        float kind = random.Next();
        if (kind < 0.12f)
        {
            Vector3 paint = random.Near(kind < 0.07f ? new(0.78f, 0.77f, 0.74f) : random.Pick<Vector3>(ClothTones), 0.1f);
            return new(SurfacePattern.Plain, paint, paint, Gloss: 0.03f, Roughness: 0.35f);
        }
        Vector3 tone = random.Near(kind < 0.75f ? mainWood : otherWood, 0.06f);
        return new(SurfacePattern.Wood, tone, tone * 0.62f, Gloss: 0.035f, Roughness: random.Next(0.2f, 0.5f));
    }

    /// <summary>Upholstery, curtains, bedding.</summary>
    public Material Cloth()
    {
        Vector3 tone = random.Near(random.Chance(0.45f) ? mainCloth : random.Pick<Vector3>(ClothTones), 0.2f);
        Vector3 other = random.Near(random.Pick<Vector3>(ClothTones), 0.2f);
        return random.Next() switch
        {
            < 0.6f => new(SurfacePattern.Fabric, tone, other, random.Next(0.05f, 0.16f)),
            < 0.7f => new(SurfacePattern.Stripes, tone, other, random.Next(0.04f, 0.14f)),
            < 0.78f => new(SurfacePattern.Checks, tone, other, random.Next(0.05f, 0.16f)),
            < 0.9f => new(SurfacePattern.Carpet, tone, tone * 0.8f, 0.02f),
            _ => new(SurfacePattern.Plain, tone * 0.7f, tone, Gloss: 0.04f, Roughness: 0.4f),
        };
    }

    /// <summary>Plain light or coloured bed linen.</summary>
    public Material Linen()
    {
        Vector3 tone = random.Chance(0.6f) ? random.Near(new(0.72f, 0.7f, 0.67f), 0.15f) : random.Near(random.Pick<Vector3>(ClothTones) * 1.2f, 0.2f);
        return new(random.Chance(0.7f) ? SurfacePattern.Fabric : SurfacePattern.Checks, tone, random.Near(tone * 0.8f, 0.2f), random.Next(0.06f, 0.2f));
    }

    /// <summary>A bright colour of a small thing.</summary>
    public Material Bright()
    {
        var colour = Muted(new(random.Next(0.05f, 0.75f), random.Next(0.05f, 0.65f), random.Next(0.05f, 0.65f)));
        return new(SurfacePattern.Plain, colour, colour, Gloss: 0.04f, Roughness: 0.25f);
    }

    /// <summary>A book's cover and print.</summary>
    public Material BookCover()
    {
        Vector3 cover = random.Next() switch
        {
            < 0.3f => random.Near(random.Pick<Vector3>(ClothTones), 0.3f),
            < 0.45f => random.Near(new(0.65f, 0.62f, 0.55f), 0.2f),
            _ => Muted(new(random.Next(0.03f, 0.6f), random.Next(0.03f, 0.5f), random.Next(0.03f, 0.55f))),
        };
        bool dark = cover.X + cover.Y + cover.Z < 0.9f;
        return new(SurfacePattern.Book, cover, dark ? new(0.75f, 0.66f, 0.4f) : new Vector3(0.08f), Gloss: 0.02f);
    }

    /// <summary>Dyes fade: most colours of a home are far from pure.</summary>
    private Vector3 Muted(Vector3 colour)
    {
        float grey = (colour.X + colour.Y + colour.Z) / 3;
        float keep = random.Chance(0.25f) ? 1 : random.Next(0.25f, 0.7f);
        return new Vector3(grey) + ((colour - new Vector3(grey)) * keep);
    }

    private static Material FloorMaterial(SceneRandom random)
    {
        Vector3 wood = random.Near(random.Pick<Vector3>(WoodTones), 0.15f);
        switch (random.Next())
        {
            case < 0.5f:
                return new(SurfacePattern.Planks, wood, wood * 0.7f, random.Next(0.07f, 0.2f), Gloss: random.Next(0.02f, 0.06f), Roughness: random.Next(0.15f, 0.45f));
            case < 0.68f:
                Vector3 tile = random.Near(random.Chance(0.6f) ? new(0.6f, 0.56f, 0.5f) : new Vector3(0.3f, 0.28f, 0.27f), 0.2f);
                return new(SurfacePattern.Tiles, tile, tile * 0.55f, random.Next(0.25f, 0.6f), Gloss: 0.05f, Roughness: random.Next(0.08f, 0.3f));
            case < 0.72f:
                return new(SurfacePattern.Marble, new(0.6f, 0.58f, 0.55f), new(0.3f, 0.29f, 0.28f), 0.5f, Gloss: 0.05f, Roughness: 0.1f);
            default:
                Vector3 pile = random.Near(random.Chance(0.6f) ? new(0.45f, 0.4f, 0.33f) : random.Pick<Vector3>(ClothTones), 0.2f);
                return new(SurfacePattern.Carpet, pile * 1.08f, pile * 0.8f, random.Next(0.008f, 0.02f));
        }
    }
}
