using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>Labelled images decoded once and held in memory (1 MB each at 288x384).</summary>
public sealed class ImageSet : ImageSource
{
    private readonly LabeledImage[] images;

    /// <summary>Takes images of one size.</summary>
    /// <exception cref="ArgumentException">No image, or images of different sizes.</exception>
    public ImageSet(IReadOnlyList<LabeledImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || images.Any(image => image.Height != images[0].Height || image.Width != images[0].Width))
        {
            throw new ArgumentException("An image set holds at least one image, and all of one size.", nameof(images));
        }

        this.images = [.. images];
    }

    /// <summary>How many images there are.</summary>
    public override int Count => images.Length;

    /// <summary>Rows of every image.</summary>
    public override int Height => images[0].Height;

    /// <summary>Columns of every image.</summary>
    public override int Width => images[0].Width;

    /// <summary>The image at a place of the list.</summary>
    public LabeledImage this[int index] => images[index];

    /// <inheritdoc/>
    public override LabeledImage Read(int epoch, int place) => images[place];

    /// <summary>Decodes every id of a folder, on all cores.</summary>
    /// <param name="folder">Where to read.</param>
    /// <param name="height">Rows to resize to.</param>
    /// <param name="width">Columns to resize to.</param>
    /// <param name="decoded">Told after each image; called from several threads.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="UserErrorException">A file is missing or damaged.</exception>
    public static ImageSet Load(NyuFolder folder, int height, int width, Action? decoded = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var images = new LabeledImage[folder.Ids.Count];
        try
        {
            Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            {
                images[i] = folder.Read(folder.Ids[i], height, width);
                decoded?.Invoke();
            });
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } first)
        {
            throw first;
        }

        return new ImageSet(images);
    }
}
