using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>PASCAL-Context: a number from 1 to 459 for the region of every pixel, named in <c>labels.txt</c> ("N: name").</summary>
internal sealed class PascalContext
{
    private const string Screen = "tvmonitor";

    // Where labels.txt is absent: bag, bed, cabinet, ceiling, chair, curtain, door, floor, person, shelves, sofa, table, tvmonitor, wall, window.
    private static readonly int[] IndoorNumbers = [9, 18, 46, 68, 72, 105, 115, 158, 284, 349, 368, 397, 427, 440, 454];

    private readonly HashSet<int> withNormals;

    private PascalContext(HashSet<int> withNormals) => this.withNormals = withNormals;

    /// <summary>Takes the names of a folder, if it has them.</summary>
    public static PascalContext Open(string folder)
    {
        var names = Path.Combine(folder, "labels.txt");
        if (!File.Exists(names))
        {
            return new PascalContext([.. IndoorNumbers]);
        }

        // The network whose predictions the normals are was trained indoors: they count where NYU has the class as well.
        var indoor = TaskClasses.Nyu40.Classes.Select(entry => entry.Name).Append(Screen).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var numbers = new HashSet<int>();
        foreach (var line in File.ReadLines(names))
        {
            if (line.Split(':', StringSplitOptions.TrimEntries) is [var number, var name] && int.TryParse(number, out var n) && indoor.Contains(name))
            {
                numbers.Add(n);
            }
        }

        return new PascalContext(numbers);
    }

    /// <summary>Whether distilled normals count in a region.</summary>
    public bool HasNormals(int region) => withNormals.Contains(region);

    /// <summary>The regions of an image, row after row.</summary>
    /// <exception cref="UserErrorException">The file is missing, damaged or without <c>LabelMap</c>.</exception>
    public static (float[] Values, int Rows, int Columns) Regions(string path)
    {
        try
        {
            return MatFile.Read(path).GetValueOrDefault("LabelMap", MatValue.Empty).ToRows();
        }
        catch (FormatException error)
        {
            throw ImageReader.Damaged(path, "holds no matrix 'LabelMap'", error);
        }
    }

    /// <summary>Boundaries of regions: where the Laplacian of their numbers is not zero, thinned.</summary>
    public static byte[] Boundaries(float[] regions, int rows, int columns)
    {
        var mask = new byte[regions.Length];
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                // Beyond the edge the image is reflected about its outermost pixels.
                int up = y > 0 ? y - 1 : Math.Min(1, rows - 1), down = y < rows - 1 ? y + 1 : Math.Max(rows - 2, 0);
                int left = x > 0 ? x - 1 : Math.Min(1, columns - 1), right = x < columns - 1 ? x + 1 : Math.Max(columns - 2, 0);
                var sum = regions[(up * columns) + x] + regions[(down * columns) + x] + regions[(y * columns) + left] + regions[(y * columns) + right];
                mask[(y * columns) + x] = sum != 4 * regions[(y * columns) + x] ? (byte)1 : (byte)0;
            }
        }

        MorphologicalThinning.Thin(mask, rows, columns);
        return mask;
    }
}
