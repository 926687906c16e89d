namespace OpenCvSharp;

/// <summary>An array argument that a function creates or overwrites. A matrix keeps one for itself.</summary>
public class OutputArray : CvObject
{
    private readonly Mat _mat;

    internal OutputArray(Mat mat)
        : base(false) => _mat = mat;

    internal OpenCvSafeHandle MatHandle => _mat.Handle;

    public static implicit operator OutputArray(Mat mat) => Create(mat);

    public static OutputArray Create(Mat mat)
    {
        ArgumentNullException.ThrowIfNull(mat);
        return mat.AsInputOutput;
    }

    public virtual Mat? GetMat() => _mat;
}
