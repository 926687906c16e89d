using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// Where training images come from: decoded files in memory (<see cref="ImageSet"/>), files decoded when they are needed
/// (<see cref="StreamedImages"/>) or scenes rendered on the way (<see cref="SceneImages"/>).
/// </summary>
internal abstract class ImageSource
{
    /// <summary>Images of one epoch.</summary>
    public abstract int Count { get; }

    /// <summary>Rows of every image.</summary>
    public abstract int Height { get; }

    /// <summary>Columns of every image.</summary>
    public abstract int Width { get; }

    /// <summary>The classes of <see cref="LabeledImage.Labels"/>.</summary>
    public virtual ClassMap Classes => ClassMap.Nyu13;

    /// <summary>The tasks that there is ground truth for.</summary>
    public virtual IReadOnlyList<TaskDescription> Tasks => TaskDescription.NyuThree;

    /// <summary>The views to train on.</summary>
    public virtual AugmentationRule Augmentation => AugmentationRule.Mtan;

    /// <summary>By which the images are normalised; null = they stay between 0 and 1.</summary>
    public virtual ChannelStatistics? Statistics => null;

    /// <summary>Whether <see cref="Read"/> may be called from several threads at a time; otherwise the callers take turns.</summary>
    public virtual bool AllowsManyReaders => false;

    /// <summary>The image at a place of an epoch; the same again whenever it is asked for, so that a resumed run goes on exactly.</summary>
    public abstract LabeledImage Read(int epoch, int place);
}
