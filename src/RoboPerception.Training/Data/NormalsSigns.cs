namespace RoboPerception.Training.Data;

/// <summary>
/// What turns a data set's normals into the camera frame (x right, y down, z forward, pointing towards the camera). Published NYU normals
/// come with several signs and no note of which, but a camera sees no surface from behind: of the eight choices, the one is right for which
/// normals and viewing rays point against each other.
/// </summary>
/// <param name="X">1 or -1.</param>
/// <param name="Y">1 or -1.</param>
/// <param name="Z">1 or -1.</param>
internal readonly record struct NormalsSigns(int X, int Y, int Z)
{
    // Share of surfaces seen from behind: as they are, so many speak for a change; as changed, no more than so many may be left.
    private const double Wrong = 0.6, Right = 0.25;

    // Rows of an image over the focal length: 480 / 519 for the NYU camera; other indoor cameras are near.
    private const double RowsPerFocal = 480.0 / 519;

    /// <summary>The file's vectors are in the camera frame.</summary>
    public static NormalsSigns AsTheyAre { get; } = new(1, 1, 1);

    /// <summary>Looks at images of normals (H,W,3); without clear evidence they are left as they are.</summary>
    public static NormalsSigns Detect(IEnumerable<(float[] Values, int Rows, int Columns)> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        Span<long> behind = stackalloc long[8];
        long seen = 0;
        foreach (var (values, rows, columns) in images)
        {
            for (var i = 0; i < rows * columns; i++)
            {
                var (x, y, z) = (values[3 * i], values[(3 * i) + 1], values[(3 * i) + 2]);
                if (!((x * x) + (y * y) + (z * z) is > 0.25f and < 2.25f))
                {
                    continue;
                }

                seen++;
                var rayX = ((i % columns) + 0.5 - (columns / 2.0)) * RowsPerFocal / rows;
                var rayY = ((i / columns) + 0.5 - (rows / 2.0)) * RowsPerFocal / rows;
                for (var s = 0; s < 8; s++)
                {
                    var signs = Of(s);
                    behind[s] += (signs.X * x * rayX) + (signs.Y * y * rayY) + (signs.Z * z) > 0 ? 1 : 0;
                }
            }
        }

        var best = 0;
        for (var s = 1; s < 8; s++)
        {
            best = behind[s] < behind[best] ? s : best;
        }

        return behind[0] > Wrong * seen && behind[best] < Right * seen ? Of(best) : AsTheyAre;
    }

    // Fewest changes first, so that equal evidence changes least.
    private static NormalsSigns Of(int choice) => choice switch
    {
        0 => new(1, 1, 1),
        1 => new(1, 1, -1),
        2 => new(1, -1, 1),
        3 => new(-1, 1, 1),
        4 => new(1, -1, -1),
        5 => new(-1, 1, -1),
        6 => new(-1, -1, 1),
        _ => new(-1, -1, -1),
    };
}
