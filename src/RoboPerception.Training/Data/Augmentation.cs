namespace RoboPerception.Training.Data;

/// <summary>
/// Random views for training (architectures.md section 6.1): zoom 1, 1.2 or 1.5 with a crop of the output's size at a random place,
/// mirror with probability one half, and changes of brightness, contrast and colour. An output smaller than the images also draws
/// zooms below 1, down to the whole image, so that the network sees both large context and the scale it will run at.
/// </summary>
/// <param name="Height">Rows of a sample.</param>
/// <param name="Width">Columns of a sample.</param>
/// <param name="Geometry">Zoom, crop and mirror.</param>
/// <param name="Colour">Brightness, contrast and colour.</param>
public sealed record Augmentation(int Height, int Width, bool Geometry = true, bool Colour = true)
{
    /// <summary>Draws the view of one sample from an image of the given size.</summary>
    public View Draw(Random random, int imageHeight, int imageWidth)
    {
        ArgumentNullException.ThrowIfNull(random);
        var view = View.Whole with { Zoom = WholeZoom(imageHeight, imageWidth) };
        if (Geometry)
        {
            var zooms = Zooms(view.Zoom);
            var zoom = zooms[random.Next(zooms.Length)];
            view = view with
            {
                Zoom = zoom,
                Top = random.NextDouble() * Math.Max(imageHeight - (Height / zoom), 0),
                Left = random.NextDouble() * Math.Max(imageWidth - (Width / zoom), 0),
                Flip = random.Next(2) == 1,
            };
        }

        if (Colour)
        {
            var brightness = Around1(random, 0.25f);
            view = view with
            {
                Gain = (brightness * Around1(random, 0.08f), brightness * Around1(random, 0.08f), brightness * Around1(random, 0.08f)),
                Contrast = Around1(random, 0.2f),
                Saturation = Around1(random, 0.3f),
            };
        }

        return view;
    }

    private double WholeZoom(int imageHeight, int imageWidth) => Math.Max((double)Height / imageHeight, (double)Width / imageWidth);

    private static double[] Zooms(double whole) => whole < 0.99 ? [whole, Math.Sqrt(whole), 1, 1, 1.2, 1.5] : [1, 1.2, 1.5];

    private static float Around1(Random random, float spread) => 1 + (spread * ((2 * random.NextSingle()) - 1));
}
