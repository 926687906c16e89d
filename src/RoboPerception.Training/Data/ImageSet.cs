using System.Collections.Concurrent;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>Labelled images decoded once and held in memory (1 MB each at 288x384 with three tasks).</summary>
internal sealed class ImageSet : ImageSource
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
        (Height, Width) = (images[0].Height, images[0].Width);
    }

    private ImageSet(LabeledImage[] images, ImageReader reader, int height, int width)
        : this(reader.KeepsShape ? [new LabeledImage(height, width)] : images)
    {
        this.images = images;
        Reader = reader;
        (Height, Width) = (height, width);
    }

    /// <summary>How many images there are.</summary>
    public override int Count => images.Length;

    /// <summary>Rows of every image, or of the shorter side where shapes differ.</summary>
    public override int Height { get; }

    /// <summary>Columns of every image.</summary>
    public override int Width { get; }

    /// <inheritdoc/>
    public override ClassMap Classes => Reader?.Classes ?? base.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => Reader?.Tasks ?? base.Tasks;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => Reader?.Augmentation ?? base.Augmentation;

    /// <inheritdoc/>
    public override ChannelStatistics? Statistics => Reader?.Statistics;

    /// <summary>How far an edge may lie from that of the ground truth, as a share of the diagonal.</summary>
    public double EdgeTolerance => Reader?.EdgeTolerance ?? EdgeMeter.NyuTolerance;

    /// <inheritdoc/>
    public override bool AllowsManyReaders => true;

    /// <summary>The images that were left out, in the order of the list.</summary>
    public IReadOnlyList<DamagedImage> Damaged { get; private init; } = [];

    private ImageReader? Reader { get; }

    /// <summary>The image at a place of the list.</summary>
    public LabeledImage this[int index] => images[index];

    /// <inheritdoc/>
    public override LabeledImage Read(int epoch, int place) => images[place];

    /// <summary>Decodes every id of a data set, on all cores.</summary>
    /// <param name="reader">What to read.</param>
    /// <param name="height">Rows to resize to.</param>
    /// <param name="width">Columns to resize to.</param>
    /// <param name="decoded">Told after each image; called from several threads.</param>
    /// <param name="damaged">What to do about an image that cannot be read.</param>
    /// <param name="keepOwnNormals">Whether normals of a lower resolution are also kept as they are: for sets that predictions are compared with.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="UserErrorException">A file is missing or damaged: the first in the order of the list, named with its index. Or all are.</exception>
    public static ImageSet Load(
        ImageReader reader, int height, int width, Action? decoded = null, DamagePolicy damaged = DamagePolicy.Fail, bool keepOwnNormals = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var images = new LabeledImage?[reader.Ids.Count];
        var failures = new ConcurrentDictionary<int, UserErrorException>();
        Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation }, (i, loop) =>
        {
            try
            {
                images[i] = reader.Read(reader.Ids[i], height, width, keepOwnNormals);
            }
            catch (UserErrorException failure)
            {
                failures[i] = failure;
                if (damaged == DamagePolicy.Fail)
                {
                    // Places before this one are still read: which failure is told does not depend on the threads.
                    loop.Break();
                }
            }

            decoded?.Invoke();
        });
        DamagedImage[] left = [.. failures.OrderBy(failure => failure.Key).Select(failure => new DamagedImage(failure.Key, reader.Ids[failure.Key], failure.Value.Message))];
        if (left.Length > 0 && (damaged == DamagePolicy.Fail || left.Length == images.Length))
        {
            throw new UserErrorException(failures[left[0].Index].ExitCode, left[0].ToString(), failures[left[0].Index]);
        }

        return new ImageSet([.. images.OfType<LabeledImage>()], reader, height, width) { Damaged = left };
    }
}
