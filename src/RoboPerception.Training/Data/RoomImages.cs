using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>Images with the 13 classes of NYU, and the label sets of <see cref="RoomClasses"/> beside them.</summary>
internal sealed class RoomImages : ImageSource, IDisposable
{
    private readonly ImageSource images;

    private RoomImages(ImageSource images) => this.images = images;

    /// <inheritdoc/>
    public override int Count => images.Count;

    /// <inheritdoc/>
    public override int Height => images.Height;

    /// <inheritdoc/>
    public override int Width => images.Width;

    /// <inheritdoc/>
    public override ClassMap Classes => images.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => images.Tasks;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => images.Augmentation;

    /// <inheritdoc/>
    public override ChannelStatistics? Statistics => images.Statistics;

    /// <inheritdoc/>
    public override bool AllowsManyReaders => images.AllowsManyReaders;

    /// <summary>The images with those sets: a set in memory gets them once, other sources as they are read.</summary>
    /// <exception cref="UserErrorException">The images have other classes.</exception>
    public static ImageSource Of(ImageSource images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Classes != ClassMap.Nyu13)
        {
            throw new UserErrorException(ExitCode.Usage, $"The label sets of rooms are made of the 13 classes of NYU; these images have {images.Classes.Count}.");
        }

        if (images is ImageSet set)
        {
            RoomClasses.AddTo(set);
            return set;
        }

        return new RoomImages(images);
    }

    /// <inheritdoc/>
    public override LabeledImage Read(int epoch, int place)
    {
        var image = images.Read(epoch, place);
        RoomClasses.AddTo(image);
        return image;
    }

    /// <inheritdoc/>
    public void Dispose() => (images as IDisposable)?.Dispose();
}
