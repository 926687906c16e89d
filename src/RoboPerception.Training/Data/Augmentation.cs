namespace RoboPerception.Training.Data;

/// <summary>
/// Random views for training: zoom, place, turn and mirror as the <see cref="Rule"/> allows, and changes of brightness, contrast and colour.
/// With <see cref="AugmentationRule.Mtan"/> an output smaller than the images also draws zooms below 1, down to the whole image, so that the
/// network sees both large context and the scale it will run at.
/// </summary>
/// <param name="Height">Rows of a sample.</param>
/// <param name="Width">Columns of a sample.</param>
/// <param name="Geometry">Zoom, crop, turn and mirror.</param>
/// <param name="Colour">Brightness, contrast and colour.</param>
internal sealed record Augmentation(int Height, int Width, bool Geometry = true, bool Colour = true)
{
    /// <summary>Which views there are.</summary>
    public AugmentationRule Rule { get; init; } = AugmentationRule.Mtan;

    /// <summary>Draws the view of one sample from an image of the given size.</summary>
    public View Draw(Random random, int imageHeight, int imageWidth)
    {
        ArgumentNullException.ThrowIfNull(random);
        var whole = Math.Max((double)Height / imageHeight, (double)Width / imageWidth);
        var view = Geometry ? Place(random, whole, imageHeight, imageWidth) : Middle(View.Whole with { Zoom = whole }, imageHeight, imageWidth);
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

    private View Place(Random random, double whole, int imageHeight, int imageWidth)
    {
        var view = View.Whole with { Zoom = Zoom(random, whole) };
        view = Rule.Centred
            ? Middle(view, imageHeight, imageWidth)
            : view with
            {
                Top = random.NextDouble() * Math.Max(imageHeight - (Height / view.Zoom), 0),
                Left = random.NextDouble() * Math.Max(imageWidth - (Width / view.Zoom), 0),
            };
        if (Rule.Rotation > 0)
        {
            view = view with { Rotation = Rule.Rotation * ((2 * random.NextDouble()) - 1) };
        }

        return view with { Flip = Rule.Mirrors && random.Next(2) == 1 };
    }

    private double Zoom(Random random, double whole)
    {
        if (Rule.ZoomRange is var (low, high))
        {
            return whole * (low + ((high - low) * random.NextDouble()));
        }

        if (!Rule.KeepsScale)
        {
            return whole * Rule.Zooms[random.Next(Rule.Zooms.Count)];
        }

        IReadOnlyList<double> zooms = whole < 0.99 ? [whole, Math.Sqrt(whole), 1, .. Rule.Zooms] : Rule.Zooms;
        return zooms[random.Next(zooms.Count)];
    }

    private View Middle(View view, int imageHeight, int imageWidth) =>
        view with { Top = (imageHeight - (Height / view.Zoom)) / 2, Left = (imageWidth - (Width / view.Zoom)) / 2 };

    private static float Around1(Random random, float spread) => 1 + (spread * ((2 * random.NextSingle()) - 1));
}
