namespace RoboPerception.Training.Data;

/// <summary>Where training pictures come from: decoded files (<see cref="ImageSet"/>) or scenes rendered on the way (<see cref="SceneImages"/>).</summary>
public abstract class ImageSource
{
    /// <summary>Pictures of one epoch.</summary>
    public abstract int Count { get; }

    /// <summary>Rows of every picture.</summary>
    public abstract int Height { get; }

    /// <summary>Columns of every picture.</summary>
    public abstract int Width { get; }

    /// <summary>The picture at a place of an epoch; the same again whenever it is asked for, so that a resumed run goes on exactly. Called from one thread at a time.</summary>
    public abstract LabeledImage Read(int epoch, int place);
}
