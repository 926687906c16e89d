namespace RoboPerception.Training.Data;

/// <summary>A value of a MATLAB file; what it is not, is empty.</summary>
internal sealed record MatValue
{
    /// <summary>Nothing.</summary>
    public static MatValue Empty { get; } = new();

    /// <summary>Dimensions, rows first.</summary>
    public IReadOnlyList<int> Dimensions { get; init; } = [];

    /// <summary>Numbers, column after column.</summary>
    public double[] Numbers { get; init; } = [];

    /// <summary>A text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Entries of a cell array, column after column.</summary>
    public IReadOnlyList<MatValue> Cells { get; init; } = [];

    /// <summary>Elements of an array of structures: values by field.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, MatValue>> Elements { get; init; } = [];

    /// <summary>The elements of an array of structures, or of a cell array of such: MATLAB writes one, other programs the other.</summary>
    public IEnumerable<IReadOnlyDictionary<string, MatValue>> Structures() => Elements.Concat(Cells.SelectMany(cell => cell.Structures()));

    /// <summary>A matrix (H,W) row after row.</summary>
    /// <exception cref="FormatException">It is no matrix of numbers.</exception>
    public (float[] Values, int Rows, int Columns) ToRows()
    {
        // A damaged file may claim any size; what it holds is what counts.
        if (Dimensions is not [var rows, var columns] || Numbers.Length == 0 || (long)rows * columns != Numbers.Length)
        {
            throw new FormatException("no matrix");
        }

        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)Numbers[(i % columns * rows) + (i / columns)];
        }

        return (values, rows, columns);
    }
}
