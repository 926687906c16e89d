namespace RoboPerception.Training.Data;

/// <summary>
/// Surface normals of a dense depth map: the plane through the points around a pixel. Inverse depth is linear in the image on a plane, so the
/// fit is one of least squares with three unknowns, and points of other surfaces (more than 5 % off in distance) have no say.
/// </summary>
internal static class DepthNormals
{
    // NYU camera at 640x480, in shares of rows: focal length and principal point.
    private const double FocalX = 518.858 / 480, FocalY = 519.470 / 480, MiddleX = 325.582 / 640, MiddleY = 253.736 / 480;

    private const double SameSurface = 0.05;
    private const int LeastPoints = 6;

    /// <summary>Unit normals (H,W,3) of distances in metres (H,W) at half their resolution, in the camera frame; (0,0,0) = none.</summary>
    public static (float[] Values, int Rows, int Columns) Fit(float[] depth, int rows, int columns)
    {
        int halfRows = (rows + 1) / 2, halfColumns = (columns + 1) / 2;
        var normals = new float[3 * halfRows * halfColumns];
        var reach = Math.Clamp(rows / 96, 2, 5);
        for (var y = 0; y < halfRows; y++)
        {
            for (var x = 0; x < halfColumns; x++)
            {
                FitOne(depth, rows, columns, Math.Min(2 * y, rows - 1), Math.Min(2 * x, columns - 1), reach, normals.AsSpan(3 * ((y * halfColumns) + x), 3));
            }
        }

        return (normals, halfRows, halfColumns);
    }

    private static void FitOne(float[] depth, int rows, int columns, int row, int column, int reach, Span<float> normal)
    {
        var middle = depth[(row * columns) + column];
        if (!(middle > 0))
        {
            return;
        }

        // Normal equations of 1/Z = a X/Z + b Y/Z + c over the window.
        double xx = 0, xy = 0, yy = 0, x1 = 0, y1 = 0, xi = 0, yi = 0, i1 = 0;
        var points = 0;
        for (var v = Math.Max(row - reach, 0); v <= Math.Min(row + reach, rows - 1); v++)
        {
            for (var u = Math.Max(column - reach, 0); u <= Math.Min(column + reach, columns - 1); u++)
            {
                var z = depth[(v * columns) + u];
                if (!(Math.Abs(z - middle) < SameSurface * middle))
                {
                    continue;
                }

                double x = (u - column) / (FocalX * rows), y = (v - row) / (FocalY * rows), inverse = 1 / z;
                xx += x * x;
                xy += x * y;
                yy += y * y;
                x1 += x;
                y1 += y;
                xi += x * inverse;
                yi += y * inverse;
                i1 += inverse;
                points++;
            }
        }

        if (points < LeastPoints)
        {
            return;
        }

        // Means taken off, two unknowns are left.
        xx -= x1 * x1 / points;
        xy -= x1 * y1 / points;
        yy -= y1 * y1 / points;
        xi -= x1 * i1 / points;
        yi -= y1 * i1 / points;
        var determinant = (xx * yy) - (xy * xy);
        if (determinant < 1e-12 * xx * yy || determinant <= 0)
        {
            return;
        }

        double a = ((xi * yy) - (yi * xy)) / determinant, b = ((yi * xx) - (xi * xy)) / determinant;
        var c = (i1 - (a * x1) - (b * y1)) / points;

        // Offsets were counted from the pixel itself: its own ray shifts the constant.
        c -= (a * ((column + 0.5 - (MiddleX * columns)) / (FocalX * rows))) + (b * ((row + 0.5 - (MiddleY * rows)) / (FocalY * rows)));
        var length = Math.Sqrt((a * a) + (b * b) + (c * c));
        if (length > 0)
        {
            // a X + b Y + c Z = 1 with the camera at the origin: minus the gradient points back at it.
            (normal[0], normal[1], normal[2]) = ((float)(-a / length), (float)(-b / length), (float)(-c / length));
        }
    }
}
