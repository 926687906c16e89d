namespace OpenCvSharp;

/// <summary>Rectangle of pixels; right and bottom are exclusive.</summary>
public record struct Rect(int X, int Y, int Width, int Height)
{
    public int X = X;
    public int Y = Y;
    public int Width = Width;
    public int Height = Height;

    public Rect(Point location, Size size)
        : this(location.X, location.Y, size.Width, size.Height)
    {
    }

    public int Top
    {
        get => Y;
        set => Y = value;
    }

    public int Bottom => Y + Height;

    public int Left
    {
        get => X;
        set => X = value;
    }

    public int Right => X + Width;

    public Point Location
    {
        get => new(X, Y);
        set => (X, Y) = value;
    }

    public Size Size
    {
        get => new(Width, Height);
        set => (Width, Height) = value;
    }

    public Point TopLeft => new(X, Y);

    public Point BottomRight => new(X + Width, Y + Height);

    public static Rect FromLTRB(int left, int top, int right, int bottom)
    {
        if (right < left)
        {
            throw new ArgumentException("right < left", nameof(right));
        }

        if (bottom < top)
        {
            throw new ArgumentException("bottom < top", nameof(bottom));
        }

        return new Rect(left, top, right - left, bottom - top);
    }

    public static Rect Intersect(Rect a, Rect b)
    {
        var left = Math.Max(a.X, b.X);
        var top = Math.Max(a.Y, b.Y);
        var right = Math.Min(a.Right, b.Right);
        var bottom = Math.Min(a.Bottom, b.Bottom);
        return right >= left && bottom >= top ? new Rect(left, top, right - left, bottom - top) : default;
    }

    public readonly bool Contains(int x, int y) => X <= x && Y <= y && x < X + Width && y < Y + Height;

    public readonly bool Contains(Point pt) => Contains(pt.X, pt.Y);

    public readonly bool Contains(Rect rect) =>
        X <= rect.X && rect.X + rect.Width <= X + Width && Y <= rect.Y && rect.Y + rect.Height <= Y + Height;

    public readonly Rect Intersect(Rect rect) => Intersect(this, rect);
}
