namespace OpenCvSharp;

/// <summary>
/// A read-only array argument. A matrix keeps one for itself, so that passing it to a function allocates nothing.
/// </summary>
public class InputArray : CvObject
{
    private readonly Mat _mat;

    internal InputArray(Mat mat, bool owns = false)
        : base(owns) => _mat = mat;

    internal OpenCvSafeHandle MatHandle => _mat.Handle;

    public static implicit operator InputArray(Mat mat) => Create(mat);

    public static implicit operator InputArray(Scalar val) => Create(val);

    public static implicit operator InputArray(double val) => Create(val);

    public static InputArray Create(Mat mat)
    {
        ArgumentNullException.ThrowIfNull(mat);
        return mat.AsInput;
    }

    /// <summary>Four rows of one 64-bit column, the form in which OpenCV takes a scalar for an array.</summary>
    public static InputArray Create(Scalar val)
    {
        var mat = new Mat(4, 1, MatType.CV_64FC1);
        for (var i = 0; i < 4; i++)
        {
            mat.Set(i, 0, val[i]);
        }

        return new InputArray(mat, true);
    }

    public static InputArray Create(double val) => Create(new Scalar(val));

    public Mat GetMat(int i = -1) => _mat;

    public bool Empty() => _mat.Empty();

    protected override void DisposeManaged()
    {
        _mat.Dispose();
        base.DisposeManaged();
    }
}
