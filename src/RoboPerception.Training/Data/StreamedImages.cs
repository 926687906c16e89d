using System.Collections.Concurrent;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// Images decoded when they are needed, for sets larger than memory: as many are held as the loader prepares. A damaged image that may be
/// skipped is replaced by the next whole one of the list, so that the number of steps and every other image stay what they were.
/// </summary>
internal sealed class StreamedImages : ImageSource
{
    private readonly ImageReader reader;
    private readonly DamagePolicy policy;
    private readonly ConcurrentDictionary<int, DamagedImage> damaged = new();

    /// <summary>Images of a data set at a size.</summary>
    public StreamedImages(ImageReader reader, int height, int width, DamagePolicy damaged = DamagePolicy.Fail)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        this.reader = reader;
        policy = damaged;
        (Height, Width) = (height, width);
    }

    /// <inheritdoc/>
    public override int Count => reader.Ids.Count;

    /// <inheritdoc/>
    public override int Height { get; }

    /// <inheritdoc/>
    public override int Width { get; }

    /// <inheritdoc/>
    public override ClassMap Classes => reader.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => reader.Tasks;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => reader.Augmentation;

    /// <inheritdoc/>
    public override ChannelStatistics? Statistics => reader.Statistics;

    /// <inheritdoc/>
    public override bool AllowsManyReaders => true;

    /// <summary>The damaged images met so far, in the order of the list.</summary>
    public IReadOnlyList<DamagedImage> Damaged => [.. damaged.Values.OrderBy(image => image.Index)];

    /// <summary>Told once about every damaged image that is skipped; may be called from several threads.</summary>
    public Action<DamagedImage>? Skipped { get; set; }

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">The image is damaged, and that is fatal or all are.</exception>
    public override LabeledImage Read(int epoch, int place)
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var index = (place + tried) % Count;
            if (damaged.ContainsKey(index))
            {
                continue;
            }

            if (TryRead(index) is { } image)
            {
                return image;
            }
        }

        throw new UserErrorException(ExitCode.NoSource, $"None of the {Count} images can be read; the first: {damaged[0]}");
    }

    /// <summary>The image itself, or null if it is damaged and may be skipped.</summary>
    /// <exception cref="UserErrorException">It is damaged, and that is fatal.</exception>
    public LabeledImage? TryRead(int index)
    {
        try
        {
            return reader.Read(reader.Ids[index], Height, Width);
        }
        catch (UserErrorException failure)
        {
            var image = new DamagedImage(index, reader.Ids[index], failure.Message);
            if (policy == DamagePolicy.Fail)
            {
                throw new UserErrorException(failure.ExitCode, image.ToString(), failure);
            }

            if (damaged.TryAdd(index, image))
            {
                Skipped?.Invoke(image);
            }

            return null;
        }
    }
}
