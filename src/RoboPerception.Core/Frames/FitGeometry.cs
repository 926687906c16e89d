using System.Drawing;

namespace RoboPerception.Core;

/// <summary>Which part of an image is shown in which window of the model's grid. Node and trainer both go by it.</summary>
/// <param name="Part">Pixels of the source.</param>
/// <param name="Window">Pixels of the grid.</param>
public readonly record struct FitGeometry(Rectangle Part, Rectangle Window)
{
    /// <summary>Every channel of the grid beside a letterboxed image: the mean of ImageNet's three, about nothing to a network that subtracts the mean.</summary>
    public const byte Padding = 116;

    /// <summary>Where a pixel of the grid lies in the source (pixel centres).</summary>
    public PixelTransform Transform
    {
        get
        {
            double scaleX = (double)Part.Width / Window.Width, scaleY = (double)Part.Height / Window.Height;
            return new PixelTransform(
                (float)scaleX,
                (float)scaleY,
                (float)(((0.5 - Window.X) * scaleX) - 0.5 + Part.X),
                (float)(((0.5 - Window.Y) * scaleY) - 0.5 + Part.Y));
        }
    }

    /// <summary>What of a source is shown where, sides rounded to whole pixels.</summary>
    /// <param name="fit">The way of fitting.</param>
    /// <param name="source">Size of the image.</param>
    /// <param name="grid">Size of the model's grid.</param>
    public static FitGeometry Of(ResizeFit fit, Size source, Size grid)
    {
        var whole = new Rectangle(Point.Empty, source);
        var all = new Rectangle(Point.Empty, grid);
        return fit switch
        {
            ResizeFit.Crop => new FitGeometry(Middle(source, grid), all),
            ResizeFit.Letterbox => new FitGeometry(whole, Middle(grid, source)),
            _ => new FitGeometry(whole, all),
        };
    }

    /// <summary>The camera of the grid.</summary>
    /// <param name="camera">The camera of the source, at the source's size.</param>
    /// <param name="grid">Size of the grid.</param>
    public CameraIntrinsics CameraOf(CameraIntrinsics camera, Size grid)
    {
        ArgumentNullException.ThrowIfNull(camera);
        double scaleX = (double)Window.Width / Part.Width, scaleY = (double)Window.Height / Part.Height;
        return camera with
        {
            Width = grid.Width,
            Height = grid.Height,
            Fx = camera.Fx * scaleX,
            Fy = camera.Fy * scaleY,
            Cx = ((camera.Cx - Part.X + 0.5) * scaleX) - 0.5 + Window.X,
            Cy = ((camera.Cy - Part.Y + 0.5) * scaleY) - 0.5 + Window.Y,
        };
    }

    // The largest rectangle of a shape in the middle of an image.
    private static Rectangle Middle(Size image, Size shape)
    {
        double scale = Math.Min((double)image.Width / shape.Width, (double)image.Height / shape.Height);
        int width = Math.Clamp((int)Math.Round(shape.Width * scale), 1, image.Width);
        int height = Math.Clamp((int)Math.Round(shape.Height * scale), 1, image.Height);
        return new Rectangle((image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }
}
