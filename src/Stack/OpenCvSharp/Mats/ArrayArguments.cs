namespace OpenCvSharp;

/// <summary>Native handles of array arguments; the name in the exception is the caller's.</summary>
internal static class ArrayArguments
{
    public static OpenCvSafeHandle HandleOrNone(this InputArray? array) => array?.MatHandle ?? OpenCvSafeHandle.None;

    public static OpenCvSafeHandle Required(this InputArray array, string name)
    {
        ArgumentNullException.ThrowIfNull(array, name);
        return array.MatHandle;
    }

    public static OpenCvSafeHandle Required(this OutputArray array, string name)
    {
        ArgumentNullException.ThrowIfNull(array, name);
        return array.MatHandle;
    }
}
