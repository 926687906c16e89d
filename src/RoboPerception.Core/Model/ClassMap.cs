using System.Globalization;

namespace RoboPerception.Core;

/// <summary>One class of a segmentation: its id in the label image, its name, and the colour people see it in.</summary>
public sealed record ClassInfo(int Id, string Name, byte Red, byte Green, byte Blue)
{
    /// <summary>The colour as <c>#RRGGBB</c>.</summary>
    public string Colour => string.Create(CultureInfo.InvariantCulture, $"#{Red:X2}{Green:X2}{Blue:X2}");
}

/// <summary>
/// The classes of a segmentation in id order, 0..n-1 without gaps (vision_msgs/LabelInfo). Id 255 always means unlabelled
/// and is not part of the list.
/// </summary>
public sealed class ClassMap
{
    /// <summary>The id of pixels without a class.</summary>
    public const byte Unlabelled = 255;

    /// <summary>Checks that ids count up from 0 and that names are unique.</summary>
    /// <exception cref="ArgumentException">Ids are not 0..n-1, a name is empty or doubled, or there are more than 255 classes.</exception>
    public ClassMap(IEnumerable<ClassInfo> classes)
    {
        Classes = [.. classes];
        if (Classes.Count is 0 or > 255)
        {
            throw new ArgumentException($"A class map holds 1 to 255 classes, this one {Classes.Count}.", nameof(classes));
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < Classes.Count; i++)
        {
            if (Classes[i].Id != i)
            {
                throw new ArgumentException($"Class ids must count up from 0: place {i} has id {Classes[i].Id}.", nameof(classes));
            }
            if (string.IsNullOrWhiteSpace(Classes[i].Name) || !names.Add(Classes[i].Name))
            {
                throw new ArgumentException($"Class {i} has an empty or doubled name '{Classes[i].Name}'.", nameof(classes));
            }
        }
    }

    /// <summary>The classes, place = id.</summary>
    public IReadOnlyList<ClassInfo> Classes { get; }

    /// <summary>How many classes there are.</summary>
    public int Count => Classes.Count;

    /// <summary>
    /// The 13 indoor classes of NYU Depth v2 in the order of the papers (architectures.md section 6.1). Colours are ours:
    /// neighbours in real rooms (wall, floor, ceiling, furniture) are far apart in hue and lightness.
    /// </summary>
    public static ClassMap Nyu13 { get; } = new(
    [
        new(0, "bed", 0xB0, 0x4A, 0xC8),
        new(1, "books", 0xE0, 0x8A, 0x2E),
        new(2, "ceiling", 0xC8, 0xE6, 0xF5),
        new(3, "chair", 0xE6, 0x3B, 0x3B),
        new(4, "floor", 0x8C, 0x62, 0x3A),
        new(5, "furniture", 0x2E, 0x8B, 0x57),
        new(6, "objects", 0xFF, 0xD4, 0x3B),
        new(7, "picture", 0xFF, 0x7E, 0xB6),
        new(8, "sofa", 0x7A, 0x1F, 0x3D),
        new(9, "table", 0x9A, 0xCD, 0x32),
        new(10, "tv", 0x1F, 0x2A, 0x44),
        new(11, "wall", 0xA9, 0xA9, 0xB2),
        new(12, "window", 0x3A, 0x9A, 0xE8),
    ]);
}
