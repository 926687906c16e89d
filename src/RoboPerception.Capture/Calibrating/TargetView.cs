using OpenCvSharp;

namespace RoboPerception.Capture;

/// <summary>The board as one image shows it.</summary>
internal sealed class TargetView
{
    /// <summary>A view of a board.</summary>
    /// <param name="target">The board.</param>
    /// <param name="imageSize">Size of the image.</param>
    /// <param name="ids">Which of its corners were found.</param>
    /// <param name="pixels">Where: pixels, the centre of the first is (0, 0).</param>
    public TargetView(CalibrationTarget target, Size imageSize, int[] ids, Point2f[] pixels)
    {
        (Target, ImageSize, Ids, Pixels) = (target, imageSize, ids, pixels);
        Pose = PoseOf();
    }

    /// <summary>The board.</summary>
    public CalibrationTarget Target { get; }

    /// <summary>Size of the image.</summary>
    public Size ImageSize { get; }

    /// <summary>Which corners.</summary>
    public int[] Ids { get; }

    /// <summary>Where they are.</summary>
    public Point2f[] Pixels { get; }

    /// <summary>How the board is held, roughly: enough to tell views apart.</summary>
    public ViewPose Pose { get; }

    /// <summary>Share of the image that the corners take.</summary>
    public double Extent => (Pixels.Max(p => p.X) - Pixels.Min(p => p.X)) * (Pixels.Max(p => p.Y) - Pixels.Min(p => p.Y)) / ((double)ImageSize.Width * ImageSize.Height);

    /// <summary>The same view without some of its corners.</summary>
    public TargetView Without(IReadOnlySet<int> dropped)
    {
        int[] kept = [.. Enumerable.Range(0, Ids.Length).Where(i => !dropped.Contains(i))];
        return new TargetView(Target, ImageSize, [.. kept.Select(i => Ids[i])], [.. kept.Select(i => Pixels[i])]);
    }

    /// <summary>The corners on the board as (N,1) matrix of three doubles, z = 0.</summary>
    public Mat BoardMatrix()
    {
        double[] values = [.. Ids.SelectMany(id => (double[])[Target.Corner(id).X, Target.Corner(id).Y, 0])];
        return Filled(MatType.CV_64FC3, values);
    }

    /// <summary>The corners in the image as (N,1) matrix of two doubles.</summary>
    public Mat PixelMatrix() => Filled(MatType.CV_64FC2, [.. Pixels.SelectMany(p => (double[])[p.X, p.Y])]);

    private Mat Filled(MatType type, double[] values)
    {
        var matrix = new Mat(Ids.Length, 1, type);
        System.Runtime.InteropServices.Marshal.Copy(values, 0, matrix.Data, values.Length);
        return matrix;
    }

    /// <summary>The affine map from board to image that fits best, in terms of size, place and foreshortening.</summary>
    private ViewPose PoseOf()
    {
        double n = Ids.Length;
        (double X, double Y)[] board = [.. Ids.Select(Target.Corner)];
        (double bx, double by) = (board.Sum(b => b.X) / n, board.Sum(b => b.Y) / n);
        (double px, double py) = (Pixels.Sum(p => p.X) / n, Pixels.Sum(p => p.Y) / n);
        double xx = 0, xy = 0, yy = 0, ux = 0, uy = 0, vx = 0, vy = 0;
        for (int i = 0; i < Ids.Length; i++)
        {
            (double x, double y, double u, double v) = (board[i].X - bx, board[i].Y - by, Pixels[i].X - px, Pixels[i].Y - py);
            (xx, xy, yy) = (xx + (x * x), xy + (x * y), yy + (y * y));
            (ux, uy, vx, vy) = (ux + (u * x), uy + (u * y), vx + (v * x), vy + (v * y));
        }

        double determinant = (xx * yy) - (xy * xy);
        if (determinant <= 0)
        {
            return default;
        }

        // Pixels a metre of the board along its two sides.
        (double a, double b) = (((ux * yy) - (uy * xy)) / determinant, ((uy * xx) - (ux * xy)) / determinant);
        (double c, double d) = (((vx * yy) - (vy * xy)) / determinant, ((vy * xx) - (vx * xy)) / determinant);
        (double along, double down, double across) = ((a * a) + (c * c), (b * b) + (d * d), (a * b) + (c * d));
        double size = Math.Sqrt(Math.Abs((a * d) - (b * c)) * Target.Width * Target.Height / ((double)ImageSize.Width * ImageSize.Height));
        // The board's middle, not that of the corners seen: a part of a board far to the left is a board to the left.
        double centreX = px + (a * ((Target.Width / 2) - bx)) + (b * ((Target.Height / 2) - by));
        double centreY = py + (c * ((Target.Width / 2) - bx)) + (d * ((Target.Height / 2) - by));
        return new ViewPose(centreX / ImageSize.Width, centreY / ImageSize.Height, size, (along - down) / (along + down), 2 * across / (along + down));
    }
}

/// <summary>How a board is held before the camera; all numbers without unit.</summary>
/// <param name="X">Middle of the board, share of the image's width.</param>
/// <param name="Y">Middle of the board, share of the image's height.</param>
/// <param name="Size">Root of the share of the image that it would fill.</param>
/// <param name="Turned">Foreshortening of its long side against its short one: negative = turned about the vertical, positive = about the horizontal.</param>
/// <param name="Skewed">Foreshortening along a diagonal.</param>
internal readonly record struct ViewPose(double X, double Y, double Size, double Turned, double Skewed)
{
    /// <summary>How much two views differ, 0 = not at all.</summary>
    public double DistanceTo(in ViewPose other) =>
        Math.Abs(X - other.X) + Math.Abs(Y - other.Y) + Math.Abs(Size - other.Size) + Math.Abs(Turned - other.Turned) + Math.Abs(Skewed - other.Skewed);
}
