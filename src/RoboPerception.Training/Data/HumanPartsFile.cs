using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// PASCAL-Part: <c>anno.objects(i)</c> with <c>class</c>, and <c>parts(j)</c> with <c>part_name</c> and <c>mask</c>; of people, 24 names are
/// gathered into six parts. A file with one matrix of 0..6 is read as it is.
/// </summary>
internal static class HumanPartsFile
{
    /// <summary>The parts (H,W), 0 = background, or null if nobody in the image has any.</summary>
    /// <exception cref="UserErrorException">The file is damaged or of another layout.</exception>
    public static (byte[] Parts, int Rows, int Columns)? Read(string path)
    {
        var variables = MatFile.Read(path);
        try
        {
            return variables.TryGetValue("anno", out var annotation) ? FromObjects(annotation.Structures().First()) : FromMatrix(path, variables.Values.Single(value => value.Numbers.Length > 0));
        }
        catch (Exception error) when (error is FormatException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw ImageReader.Damaged(path, "holds neither anno.objects.parts nor one matrix of parts", error);
        }
    }

    /// <summary>The part, from 1, of a name of PASCAL-Part; 0 = none.</summary>
    public static byte PartOf(string name) => name switch
    {
        "head" or "leye" or "reye" or "lear" or "rear" or "lebrow" or "rebrow" or "nose" or "mouth" or "hair" => 1,
        "torso" or "neck" => 2,
        "luarm" or "ruarm" => 3,
        "llarm" or "rlarm" or "lhand" or "rhand" => 4,
        "luleg" or "ruleg" => 5,
        "llleg" or "rlleg" or "lfoot" or "rfoot" => 6,
        _ => 0,
    };

    private static (byte[], int, int)? FromObjects(IReadOnlyDictionary<string, MatValue> annotation)
    {
        (byte[] Parts, int Rows, int Columns)? found = null;
        foreach (var thing in annotation["objects"].Structures().Where(thing => thing["class"].Text == "person"))
        {
            foreach (var part in thing["parts"].Structures())
            {
                var (mask, rows, columns) = part["mask"].ToRows();
                found ??= (new byte[rows * columns], rows, columns);
                var number = PartOf(part["part_name"].Text);
                for (var i = 0; i < mask.Length && number > 0; i++)
                {
                    if (mask[i] != 0)
                    {
                        found.Value.Parts[i] = number;
                    }
                }
            }
        }

        return found;
    }

    private static (byte[], int, int)? FromMatrix(string path, MatValue matrix)
    {
        var (values, rows, columns) = matrix.ToRows();
        var parts = Array.ConvertAll(values, value => value is >= 0 and <= 6 or 255
            ? (byte)value
            : throw ImageReader.Damaged(path, $"holds part {value}, but there are 0 to {TaskClasses.HumanParts.Count - 1}"));
        return (parts, rows, columns);
    }
}
