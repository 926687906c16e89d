using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: imgcodecs.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_imread(string path, int flags, out IntPtr result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_imwrite(string path, OpenCvSafeHandle image, int* prms, int count, out int written);

    [LibraryImport(Library)]
    internal static partial int rp_imdecode(byte* data, int length, int flags, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_imdecode_mat(OpenCvSafeHandle buffer, int flags, out IntPtr result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_imencode(string extension, OpenCvSafeHandle image, int* prms, int count, out IntPtr buffer, out byte* data, out long length, out int written);

    [LibraryImport(Library)]
    internal static partial void rp_bytes_delete(IntPtr buffer);
}
