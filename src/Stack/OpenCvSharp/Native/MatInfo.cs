using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>What a matrix header says, read in one native call; mirrors RpMatInfo.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MatInfo
{
    public IntPtr Data;
    public long Step;
    public long Total;
    public long ElemSize;
    public int Flags;
    public int Dims;
    public int Rows;
    public int Cols;
    public int Type;
    public int Continuous;
    public int Submatrix;
}
