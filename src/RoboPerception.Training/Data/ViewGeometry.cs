namespace RoboPerception.Training.Data;

/// <summary>Where each pixel of a <see cref="View"/> comes from: continuous source coordinates in which pixel i covers [i, i+1).</summary>
internal sealed class ViewGeometry
{
    // A view that ends exactly at the image's edge must not lose its last pixel to rounding.
    private const double Tolerance = 1e-6;

    private readonly LabeledImage source;
    private readonly double[] rows, columns;
    private readonly double middleX, middleY, cosine, sine;
    private readonly bool turned;

    public ViewGeometry(LabeledImage source, View view, int height, int width)
    {
        this.source = source;
        rows = Coordinates(height, view.Top, view.Zoom, flip: false);
        columns = Coordinates(width, view.Left, view.Zoom, view.Flip);
        turned = view.Rotation != 0;
        (sine, cosine) = Math.SinCos(view.Rotation * Math.PI / 180);
        middleX = view.Left + (width / (2 * view.Zoom));
        middleY = view.Top + (height / (2 * view.Zoom));
    }

    /// <summary>Whether the source covers a pixel of the view, and where.</summary>
    public bool TryFind(int y, int x, out double sourceY, out double sourceX)
    {
        (sourceX, sourceY) = (columns[x], rows[y]);
        if (turned)
        {
            double dx = sourceX - middleX, dy = sourceY - middleY;
            sourceX = middleX + (cosine * dx) + (sine * dy);
            sourceY = middleY - (sine * dx) + (cosine * dy);
        }

        return sourceX >= -Tolerance && sourceY >= -Tolerance && sourceX <= source.Width + Tolerance && sourceY <= source.Height + Tolerance;
    }

    /// <summary>A direction of the source as it shows in the view, before the mirror.</summary>
    public (float X, float Y) Turn(float x, float y) =>
        turned ? ((float)((cosine * x) - (sine * y)), (float)((sine * x) + (cosine * y))) : (x, y);

    private static double[] Coordinates(int count, double start, double zoom, bool flip)
    {
        var places = new double[count];
        for (var i = 0; i < count; i++)
        {
            places[flip ? count - 1 - i : i] = start + ((i + 0.5) / zoom);
        }

        return places;
    }
}
