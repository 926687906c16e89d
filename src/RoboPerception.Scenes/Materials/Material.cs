using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>How a surface is drawn; each pattern reads the colours of <see cref="Material"/> in its own way.</summary>
internal enum SurfacePattern
{
    /// <summary>One colour with faint mottling: paint, plastic, metal.</summary>
    Plain,

    /// <summary>Floor boards of width <see cref="Material.Scale"/>.</summary>
    Planks,

    /// <summary>Square tiles of side <see cref="Material.Scale"/> with grout.</summary>
    Tiles,

    /// <summary>Short pile.</summary>
    Carpet,

    /// <summary>Woven cloth.</summary>
    Fabric,

    /// <summary>Upright stripes of width <see cref="Material.Scale"/>.</summary>
    Stripes,

    /// <summary>Checked cloth.</summary>
    Checks,

    /// <summary>A repeated ornament.</summary>
    Wallpaper,

    /// <summary>Brickwork.</summary>
    Brick,

    /// <summary>Wood grain along the longest side.</summary>
    Wood,

    /// <summary>Stone with veins.</summary>
    Marble,

    /// <summary>A book: spine with title bands at local -y, pages above and behind.</summary>
    Book,

    /// <summary>A painting or photograph on the local -y side.</summary>
    Picture,

    /// <summary>A screen, lit or dark, on the local -y side.</summary>
    Screen,

    /// <summary>What is seen through a window, by direction.</summary>
    Outdoors,

    /// <summary>A rug with a border.</summary>
    Rug,

    /// <summary>Foliage.</summary>
    Leaves,

    /// <summary>A printed package.</summary>
    Package,

    /// <summary>Cloth hanging in folds.</summary>
    Folds,

    /// <summary>A dial with hands on the local -y side.</summary>
    Dial,

    /// <summary>Keys in rows on the upper side.</summary>
    Keys,
}

/// <summary>
/// What a surface is made of. Colours are linear reflectances 0..1.
/// </summary>
/// <param name="Pattern">How it is drawn.</param>
/// <param name="First">Main colour.</param>
/// <param name="Second">Second colour.</param>
/// <param name="Scale">Size of the pattern, metres.</param>
/// <param name="Gloss">Mirror reflectance seen straight on: 0 matt, 0.04 varnish, 1 mirror.</param>
/// <param name="Roughness">Spread of the mirror image, 0 sharp to 1.</param>
/// <param name="Emission">Light given off, in units of the scene's lamps.</param>
internal sealed record Material(
    SurfacePattern Pattern,
    Vector3 First,
    Vector3 Second,
    float Scale = 0.1f,
    float Gloss = 0,
    float Roughness = 0.3f,
    Vector3 Emission = default);
