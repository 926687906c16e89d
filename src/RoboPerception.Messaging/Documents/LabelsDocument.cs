using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Topic <c>cam/&lt;c&gt;/labels</c> (vision_msgs/LabelInfo): id -> name and colour.</summary>
/// <param name="Classes">The classes, id order.</param>
/// <param name="Unlabelled">The id of pixels without a class.</param>
public sealed record LabelsDocument(IReadOnlyList<LabelEntry> Classes, int Unlabelled = ClassMap.Unlabelled)
{
    /// <summary>The document of a class map.</summary>
    public static LabelsDocument Of(ClassMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new LabelsDocument([.. map.Classes.Select(c => new LabelEntry(c.Id, c.Name, c.Colour))]);
    }

    /// <summary>The class map of a document.</summary>
    /// <exception cref="FormatException">A colour is not <c>#RRGGBB</c>.</exception>
    public ClassMap ToClassMap() => new(Classes.Select(entry =>
    {
        if (entry.Colour is not { Length: 7 } || !uint.TryParse(entry.Colour.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint rgb))
        {
            throw new FormatException($"The colour '{entry.Colour}' of class {entry.Id} is not #RRGGBB.");
        }
        return new ClassInfo(entry.Id, entry.Name, (byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
    }));
}

/// <summary>One class.</summary>
/// <param name="Id">Value in the label image.</param>
/// <param name="Name">Name.</param>
/// <param name="Colour"><c>#RRGGBB</c>.</param>
public sealed record LabelEntry(int Id, string Name, string Colour);
