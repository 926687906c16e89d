using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// Label sets of 2, 7 and 19 classes for rooms with the 13 classes of NYU, as the MTAN paper's experiment on task complexity has them for streets: coarser
/// ones by grouping, the finer one by telling the top of furniture from its sides by the true normals.
/// </summary>
internal static class RoomClasses
{
    // In the order of the 13: bed, books, ceiling, chair, floor, furniture, objects, picture, sofa, table, tv, wall, window.
    private static readonly byte[] ToTwo = [1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0];
    private static readonly byte[] ToSeven = [5, 6, 2, 4, 0, 6, 6, 3, 4, 5, 6, 1, 3];

    // Classes whose tops are classes of their own: bed, chair, furniture, objects, sofa, table.
    private static readonly byte[] WithTops = [0, 3, 5, 6, 8, 9];

    // 127 = straight up (y points down in the camera frame).
    private const int Up = -90;

    /// <summary>Adds the sets to images that have the 13 classes.</summary>
    public static void AddTo(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        for (var i = 0; i < images.Count; i++)
        {
            AddTo(images[i]);
        }
    }

    /// <summary>Adds the sets to one image.</summary>
    public static void AddTo(LabeledImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var count = image.Labels.Length;
        var (two, seven, nineteen) = (new byte[count], new byte[count], new byte[count]);
        for (var i = 0; i < count; i++)
        {
            var label = image.Labels[i];
            if (label >= ToTwo.Length)
            {
                (two[i], seven[i], nineteen[i]) = (ClassMap.Unlabelled, ClassMap.Unlabelled, ClassMap.Unlabelled);
                continue;
            }

            var top = Array.IndexOf(WithTops, label);
            two[i] = ToTwo[label];
            seven[i] = ToSeven[label];
            nineteen[i] = top >= 0 && image.Normals[(3 * i) + 1] < Up ? (byte)(ClassMap.Nyu13.Count + top) : label;
        }

        (image.OtherLabels[2], image.OtherLabels[7], image.OtherLabels[19]) = (two, seven, nineteen);
    }

    /// <summary>The class map of so many classes; see <see cref="TaskClasses.Of"/> for those of other data.</summary>
    /// <exception cref="UserErrorException">Another number than 2, 7 or 19.</exception>
    public static ClassMap Of(int count) => count switch
    {
        2 => Two,
        7 => Seven,
        19 => Nineteen,
        _ => throw new UserErrorException(ExitCode.Usage, $"There is no set of {count} classes of rooms; choose one of 2, 7, 19."),
    };

    /// <summary>Whether a class map is one of them.</summary>
    public static bool Has(ClassMap? classes) => classes is not null && (ReferenceEquals(classes, Two) || ReferenceEquals(classes, Seven) || ReferenceEquals(classes, Nineteen));

    private static ClassMap Two { get; } = TaskClasses.Named("room,furniture and things");

    private static ClassMap Seven { get; } = TaskClasses.Named("floor,wall,ceiling,window or picture,seat,bed or table,thing");

    private static ClassMap Nineteen { get; } = TaskClasses.Named(
        string.Join(',', ClassMap.Nyu13.Classes.Select(entry => entry.Name)) + "," + string.Join(',', WithTops.Select(label => "top of " + ClassMap.Nyu13.Classes[label].Name)));
}
